import { stripVTControlCharacters } from 'node:util';

/** Text that is safe on a terminal: no escape sequences, one line, `width` characters at most. */
export function printable(text: string, width: number): string {
  const line = stripVTControlCharacters(text).replace(
    /\p{C}/gu,
    (character) => NAMED[character] ?? '\uFFFD',
  );
  const characters = Array.from(line);
  return characters.length <= width ? line : `${characters.slice(0, width - 1).join('')}…`;
}

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
