/** A word of more characters is nobody's typing mistake. */
const MAX_LENGTH = 64;

/**
 * The candidate that was probably meant by a word: the one with the fewest typing mistakes,
 * of which there may be one in three characters, or one that begins with the word.
 */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  const limit = Math.min(3, Math.max(1, Math.floor(word.length / 3)));
  const ranked = candidates
    .map((candidate) => ({ candidate, mistakes: countMistakes(word, candidate) }))
    .sort((a, b) => a.mistakes - b.mistakes);
  const [best] = ranked;
  if (best !== undefined && best.mistakes <= limit) return best.candidate;
  if (word.length < 3) return undefined;
  return ranked.find(({ candidate }) => candidate.startsWith(word))?.candidate;
}

/** Characters added, left out, exchanged for another or for their neighbour. */
function countMistakes(a: string, b: string): number {
  // Of the beginnings of `a` and `b`, by their lengths.
  const counts = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => counts[row]?.[column] ?? Infinity;
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    counts.push(current);
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + (isSame ? 0 : 1),
          isSwapped ? at(row - 2, column - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(a.length, b.length);
}
