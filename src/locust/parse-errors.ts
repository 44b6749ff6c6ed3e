import type { Generation } from './generation.ts';
import { unescapeHtml } from './html-escaping.ts';
import { countAt, labelAt, mapObjects, requireKey, ShapeError, type JsonObject } from './shape.ts';
import type { ErrorOccurrences } from './snapshot.ts';

export function parseErrors(
  errors: readonly unknown[],
  generation: Generation,
): ErrorOccurrences[] {
  return Array.isArray(errors[0])
    ? mapObjects(errors.map(splitPair), 'errors', parsePair)
    : mapObjects(errors, 'errors', (error) => parseErrorRow(error, generation));
}

function parseErrorRow(error: JsonObject, generation: Generation): ErrorOccurrences {
  // Spelled with one r up to 0.11.1.
  const countKey = 'occurences' in error ? 'occurences' : 'occurrences';
  requireKey(error, countKey);
  requireKey(error, 'error');
  const unescape = generation.errorsEscaped ? unescapeHtml : (text: string) => text;
  return {
    method: labelAt(error, 'method'),
    name: unescape(labelAt(error, 'name')),
    error: unescape(labelAt(error, 'error')),
    occurrences: countAt(error, countKey),
  };
}

/** Up to 0.6.2 an error is `[text, count]`, of no endpoint. */
function splitPair(pair: unknown, index: number): JsonObject {
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new ShapeError(`errors[${index}]`, 'expected a pair of text and count');
  }
  return { error: pair[0] as unknown, count: pair[1] as unknown };
}

function parsePair(pair: JsonObject): ErrorOccurrences {
  return {
    method: '',
    name: '',
    error: labelAt(pair, 'error'),
    occurrences: countAt(pair, 'count'),
  };
}
