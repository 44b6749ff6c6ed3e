/** Where another URL begins in a list of several. */
const NEXT_URL = /(?<=[\s,;|])(?=[a-z][a-z0-9+.-]*:\/\/)/i;

const SCHEME = /^(?:[a-z][a-z0-9+.-]*:)?\/\//i;

/** What ends user and password: an @, percent-encoded by mistake or not. */
const AT = /@|%40/g;

const HOST = /^\s*(?:\[[0-9a-f:.%]+\]|[^:[\]\s]*)(?::\d{1,5})?\s*$/i;

/** What is longer is no host, and would take long to take apart. */
const MAX_LENGTH = 16_384;

/**
 * The host under test without what may be secret in it: user, password, query, fragment and
 * parameters of the path. It may be one URL, several, or none at all; where it can be read in two
 * ways, more is left out.
 *
 * @returns an empty text where nothing is left, or where the text is too long for a host.
 */
export function redactHost(text: string): string {
  if (text.length > MAX_LENGTH) return '';
  return text
    .trim()
    .split(NEXT_URL)
    .map((part) => {
      const length = lengthWithoutSeparators(part);
      return redactUrl(part.slice(0, length)) + part.slice(length);
    })
    .join('');
}

function lengthWithoutSeparators(text: string): number {
  let length = text.length;
  while (length > 0 && ' \t\r\n,;|'.includes(text.charAt(length - 1))) length -= 1;
  return length;
}

function redactUrl(text: string): string {
  const scheme = SCHEME.exec(text)?.[0] ?? '';
  let rest = text.slice(scheme.length);
  let authority = authorityOf(rest);
  let host = afterLastAt(authority);
  if (!isHost(host)) {
    // A password may hold a slash or a question mark, and the @ comes after that.
    rest = afterLastAt(rest);
    authority = authorityOf(rest);
    host = isHost(authority) ? authority : authority.replace(/:.*/s, '');
  }
  const path = rest.slice(authority.length).replace(/[?#].*/s, '');
  return scheme + host.replace(/;.*/s, '') + path.replace(/;[^/]*/g, '');
}

function authorityOf(text: string): string {
  return text.replace(/[/\\?#].*/s, '');
}

function afterLastAt(text: string): string {
  let end = 0;
  for (const { index, 0: at } of text.matchAll(AT)) end = index + at.length;
  return text.slice(end);
}

function isHost(text: string): boolean {
  return text.split(',').every((one) => HOST.test(one));
}
