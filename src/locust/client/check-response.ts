import { errorWords, HIDDEN } from './quote.ts';
import { LocustError } from '../errors.ts';

export interface LocustResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Makes text of Locust, or of a proxy before it, fit for a message. */
export type Quote = (text: string) => string;

const LOGIN_HINT = 'Locust wants a login';
const LOGIN_SETTINGS = 'set LOCUST_LOGIN_PATH, LOCUST_USERNAME and LOCUST_PASSWORD';

/** Statuses of success that carry no report, or not all of it. */
const WITHOUT_REPORT: Readonly<Record<number, string>> = {
  204: 'which has no body',
  205: 'which has no body',
  206: 'which is only a part, without a request for a part',
};

/**
 * Checks that a response is not an error, whatever its status says.
 *
 * @throws LocustError `auth_required` or `http_status`.
 */
export function checkResponse(response: LocustResponse, target: URL, quote: Quote): void {
  const { status, headers, body } = response;
  if (status === 401 || status === 403) {
    throw new LocustError(
      'auth_required',
      `${LOGIN_HINT} (status ${status}); check LOCUST_USERNAME and LOCUST_PASSWORD`,
    );
  }
  if (isLoginPage(response, target)) {
    throw new LocustError('auth_required', `${LOGIN_HINT} on its login page; ${LOGIN_SETTINGS}`);
  }
  if (status === 304) throw notModified(target);
  if (isRedirect(status))
    throw redirectError(status, destinationOf(headers, target), target, quote);
  if (status < 200 || status >= 300) throw statusError(response, target.href, quote);
  const flaw = WITHOUT_REPORT[status];
  if (flaw !== undefined) {
    throw new LocustError(
      'http_status',
      `${target.href} answered with status ${status}, ${flaw}; check that LOCUST_URL is Locust's`,
      { status },
    );
  }
  // With --web-login but no secret key, every path answers 200 with this sentence.
  if (startOf(body).startsWith('Locust auth exception:')) {
    throw new LocustError('auth_required', `${LOGIN_HINT}, but its --web-login is not configured`);
  }
}

/** An error by its status, with the words that came along. */
export function statusError(
  { status, body }: LocustResponse,
  shownUrl: string,
  quote: Quote,
): LocustError {
  const words = quote(errorWords(body));
  const said = words === '' ? '' : `: ${words}`;
  return new LocustError('http_status', `${shownUrl} answered with status ${status}${said}`, {
    status,
  });
}

/** Whether a response is the login page, or the way there. */
export function isLoginPage({ status, headers, body }: LocustResponse, target: URL): boolean {
  if (isRedirect(status)) {
    return /\/login\/?$/.test(destinationOf(headers, target)?.pathname ?? '');
  }
  if (status < 200 || status >= 300) return false;
  // A proxy may have followed the redirect to it.
  return /^\s*</.test(startOf(body)) && body.includes('window.authArgs');
}

function startOf(body: Buffer): string {
  return body.toString('utf8', 0, 1000);
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

function destinationOf({ location }: LocustResponse['headers'], target: URL): URL | null {
  const destination = URL.parse(String(location ?? ''), target.href);
  return location !== undefined && /^https?:$/.test(destination?.protocol ?? '')
    ? destination
    : null;
}

function redirectError(
  status: number,
  destination: URL | null,
  target: URL,
  quote: Quote,
): LocustError {
  return new LocustError(
    'http_status',
    `${target.href} answered with status ${status}, a redirect to ${describe(destination, quote)}; ` +
      'redirects are not followed, set LOCUST_URL to where Locust is',
    { status },
  );
}

/** Without user, password and query, in which others put secrets. */
function describe(destination: URL | null, quote: Quote): string {
  if (destination === null) return 'nowhere';
  const shown = quote(`${destination.origin}${destination.pathname}`);
  return shown === HIDDEN ? `another place ${HIDDEN}` : shown;
}

function notModified(target: URL): LocustError {
  return new LocustError(
    'http_status',
    `${target.href} answered with status 304, as to one who has the response already; ` +
      'turn the cache off that stands before Locust, and look for If-None-Match and ' +
      'If-Modified-Since in LOCUST_HEADERS_FILE',
    { status: 304 },
  );
}
