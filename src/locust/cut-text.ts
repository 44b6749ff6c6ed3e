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

/** What the index page tells, with labels that are short enough. */
export function cutInfo(info: LocustInfo, maxLength: number): LocustInfo {
  const cut = (text: string | null) => (text === null ? null : cutText(text, maxLength));
  return { ...info, version: cut(info.version), host: cut(info.host) };
}
