import { parseCookie } from 'undici';
import { LocustError } from '../errors.ts';
import { type LocustResponse, isLoginPage, type Quote, statusError } from './check-response.ts';
import type { Transport } from './transport.ts';

/** The form that Locust's --web-login shows, filled in. */
export interface LoginForm {
  /** Where it is sent to, below the base path with or without a slash. */
  readonly path: string;
  /** Values by name of the field. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface Login {
  /**
   * Makes a request, and logs in and repeats it when Locust requires a login.
   *
   * @param attempt is handed the header Cookie.
   */
  around<T>(attempt: (cookies: string | undefined) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** What no message may show: the values of its cookies. */
  secrets(): string[];
}

/** The wait after a refused login, so that Locust does not lock the user out. */
const REFUSED_WAIT_MS = 30_000;

export function createLogin(
  base: URL,
  { path, fields }: LoginForm,
  transport: Pick<Transport, 'post'>,
  quote: Quote,
): Login {
  const url = new URL(`./${path.replace(/^\/+/, '')}`, base);
  const shownUrl = `${url.origin}${url.pathname}`;
  let cookies: readonly Cookie[] = [];
  let refusal: { readonly error: LocustError; readonly atMs: number } | null = null;

  function refuse(reason: string): LocustError {
    const error = new LocustError('auth_required', reason);
    refusal = { error, atMs: Date.now() };
    cookies = [];
    return error;
  }

  async function logIn(signal: AbortSignal): Promise<void> {
    const waitedMs = refusal === null ? Infinity : Date.now() - refusal.atMs;
    // Below zero when the clock was set back.
    if (refusal !== null && waitedMs >= 0 && waitedMs < REFUSED_WAIT_MS) throw refusal.error;
    const response = await transport.post(url, fields, signal);
    const outcome = classifyResponse(response, url);
    switch (outcome) {
      case 'accepted':
        cookies = readCookies(response.headers['set-cookie'], Date.now());
        return;
      case 'refused':
        throw refuse(
          `${shownUrl} refused the login (status ${response.status}); check LOCUST_USERNAME, ` +
            'LOCUST_PASSWORD and LOCUST_LOGIN_PATH',
        );
      case 'missing':
        throw new LocustError(
          'auth_required',
          `${shownUrl} takes no login form (status ${response.status}); check LOCUST_LOGIN_PATH`,
        );
      case 'broken':
        throw statusError(response, shownUrl, quote);
      default:
        outcome satisfies never;
    }
  }

  return {
    secrets: () => cookies.map(({ value }) => value),
    async around(attempt, signal) {
      try {
        return await attempt(writeCookies(cookies, Date.now()));
      } catch (error) {
        if (!wantsLogin(error)) throw error;
      }
      await logIn(signal);
      try {
        return await attempt(writeCookies(cookies, Date.now()));
      } catch (error) {
        if (!wantsLogin(error)) throw error;
        throw refuse(
          `${shownUrl} took the login, but Locust goes on asking for one; check LOCUST_LOGIN_PATH, ` +
            'LOCUST_LOGIN_USERNAME_FIELD and LOCUST_LOGIN_PASSWORD_FIELD',
        );
      }
    },
  };
}

function wantsLogin(error: unknown): boolean {
  return error instanceof LocustError && error.code === 'auth_required';
}

/** A redirect is what a login ends with; one back to the form says that it was in vain. */
function classifyResponse(
  response: LocustResponse,
  url: URL,
): 'accepted' | 'refused' | 'missing' | 'broken' {
  const { status } = response;
  if (status >= 500) return 'broken';
  if (status === 404 || status === 405) return 'missing';
  if (status >= 400 || isLoginPage(response, url)) return 'refused';
  return 'accepted';
}

export interface Cookie {
  readonly name: string;
  readonly value: string;
  /** Unix time in ms from which on it counts no more. */
  readonly expiresMs: number;
}

/**
 * Reads the headers Set-Cookie of one response. Domain, path and the like are left out: all
 * requests go to where the response came from.
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
