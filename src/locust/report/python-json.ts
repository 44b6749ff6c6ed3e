/**
 * Parses JSON as Python writes it: the bare words `NaN`, `Infinity` and `-Infinity` are
 * allowed and become null.
 *
 * @throws SyntaxError when the text is not JSON even so.
 */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const strict = nullNonFinite(text);
    if (strict === text) throw error;
    return JSON.parse(strict);
  }
}

function nullNonFinite(text: string): string {
  if (!/NaN|Infinity/.test(text)) return text;
  let result = '';
  let copied = 0;
  const token = /"|NaN|-?Infinity/g;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (match[0] === '"') {
      // These words inside of a string stay as they are.
      token.lastIndex = endOfString(text, match.index);
      continue;
    }
    result += `${text.slice(copied, match.index)}null`;
    copied = token.lastIndex;
  }
  return result + text.slice(copied);
}

/** By hand, since a regular expression can run out of stack or take quadratic time here. */
function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '"') return index + 1;
  }
  return text.length;
}
