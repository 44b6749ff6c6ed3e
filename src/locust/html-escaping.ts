import type { JsonObject } from './shape.ts';

const CHARACTERS: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#x27;': "'",
};

/** Undoes Python's `html.escape`, once: `&amp;lt;` becomes `&lt;`. */
export function unescapeHtml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:amp|lt|gt|quot|#x27);/g, (entity) => CHARACTERS[entity] ?? entity);
}

/** Whether `html.escape` can have written the text: it leaves none of these characters bare. */
function canBeEscaped(text: string): boolean {
  return !/[<>"']|&(?!(?:amp|lt|gt|quot|#x27);)/.test(text);
}

/**
 * Whether the rows of `errors` are HTML-escaped, by their text alone. One bare special
 * character proves that they are not; and nearly every error text, being the repr of an
 * exception, has quotes.
 */
export function looksEscaped(errors: readonly unknown[], rows: readonly JsonObject[]): boolean {
  let entities = false;
  for (const error of errors) {
    if (typeof error !== 'object' || error === null) continue;
    const { name, error: text } = error as JsonObject;
    for (const value of [name, text]) {
      if (typeof value !== 'string') continue;
      if (!canBeEscaped(value)) return false;
      entities ||= value.includes('&');
    }
    // The endpoint of an error normally has a row of its own, where names are never escaped.
    if (
      typeof name === 'string' &&
      name.includes('&') &&
      rows.some((row) => row['name'] === name)
    ) {
      return false;
    }
  }
  return entities;
}
