/**
 * Puts `content` between the lines `<!-- name:start -->` and `<!-- name:end -->`.
 *
 * @throws Error where they are not there, in this order.
 */
export function replaceBetweenMarkers(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}:start -->\n`, `<!-- ${name}:end -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error(`no place between ${start.trim()} and ${end}`);
  return `${text.slice(0, from + start.length)}\n${content.trim()}\n\n${text.slice(to)}`;
}
