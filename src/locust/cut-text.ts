/** Cuts a text to `most` characters (code points), of which the last is then `…`. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  let end = 0;
  for (let points = 1; points < most; points++) end = nextPoint(text, end);
  return nextPoint(text, end) >= text.length ? text : `${text.slice(0, end)}…`;
}

function nextPoint(text: string, at: number): number {
  return at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
}
