import type { LocustInfo } from './snapshot.ts';

/** Cuts a text to `maxLength` characters (code points), of which the last is then `…`. */
export function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  let end = 0;
  for (let points = 1; points < maxLength; points++) end = nextPoint(text, end);
  return nextPoint(text, end) >= text.length ? text : `${text.slice(0, end)}…`;
}

function nextPoint(text: string, at: number): number {
  return at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
}

/** What the index page contains, with labels that are short enough. */
export function cutInfo(info: LocustInfo, maxLength: number): LocustInfo {
  const cut = (text: string | null) => (text === null ? null : cutText(text, maxLength));
  return { ...info, version: cut(info.version), host: cut(info.host) };
}

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

/** Characters of texts that a memory holds at most. */
const ROOM = 2 ** 22;

/** The same function, but with a memory for the texts it has had, begun again when full. */
export function memoize<Value extends string | number | null>(
  compute: (text: string) => Value,
  room = ROOM,
): (text: string) => Value {
  const known = new Map<string, Value>();
  let taken = 0;
  return (text) => {
    const earlier = known.get(text);
    if (earlier !== undefined) return earlier;
    const value = compute(text);
    const size = text.length + (typeof value === 'string' ? value.length : 0);
    if (taken + size > room) {
      known.clear();
      taken = 0;
    }
    if (size <= room) {
      known.set(text, value);
      taken += size;
    }
    return value;
  };
}
