import { parseCookie } from 'undici';

export interface Cookie {
  readonly name: string;
  readonly value: string;
  /** Unix time in ms from which on it counts no more. */
  readonly expiresMs: number;
}

/**
 * Reads the headers Set-Cookie of one answer. Domain, path and the like are left out: all
 * requests go to where the answer came from.
 */
export function readCookies(headers: string | string[] | undefined, nowMs: number): Cookie[] {
  const byName = new Map<string, Cookie>();
  for (const header of [headers ?? []].flat()) {
    const cookie = parseCookie(header);
    if (cookie === null || cookie.name === '') continue;
    const { name, value, maxAge, expires } = cookie;
    const expiresMs = maxAge === undefined ? Number(expires ?? Infinity) : nowMs + maxAge * 1000;
    byName.set(name, { name, value, expiresMs });
  }
  return [...byName.values()];
}

/** The header Cookie; undefined when none is left. */
export function writeCookies(cookies: readonly Cookie[], nowMs: number): string | undefined {
  const pairs = cookies
    .filter(({ expiresMs }) => expiresMs > nowMs)
    .map(({ name, value }) => `${name}=${value}`);
  return pairs.length === 0 ? undefined : pairs.join('; ');
}
