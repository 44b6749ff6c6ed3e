import { LocustError } from './errors.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

const LOGIN_HINT = 'Locust wants a login';
const LOGIN_SETTINGS = 'set LOCUST_LOGIN_PATH, LOCUST_USERNAME and LOCUST_PASSWORD';

/**
 * Checks that an answer is not an error, whatever its status says.
 *
 * @throws LocustError `auth_required` or `http_status`.
 */
export function checkAnswer(answer: Answer, target: URL): void {
  const { status, headers, body } = answer;
  if (status === 401 || status === 403) {
    throw new LocustError(
      'auth_required',
      `${LOGIN_HINT} (status ${status}); check LOCUST_USERNAME and LOCUST_PASSWORD`,
    );
  }
  if (isLoginPage(answer, target)) {
    throw new LocustError('auth_required', `${LOGIN_HINT} on its login page; ${LOGIN_SETTINGS}`);
  }
  if (isRedirect(status)) throw redirectError(status, destinationOf(headers, target), target);
  if (status < 200 || status >= 300) {
    throw new LocustError('http_status', `${target.href} answered with status ${status}`, {
      status,
    });
  }
  // With --web-login but no secret key, every path answers 200 with this sentence.
  if (body.startsWith('Locust auth exception:')) {
    throw new LocustError('auth_required', `${LOGIN_HINT}, but its --web-login is not configured`);
  }
}

/** Whether an answer is the login page, or the way there. */
export function isLoginPage({ status, headers, body }: Answer, target: URL): boolean {
  if (isRedirect(status)) {
    return /\/login\/?$/.test(destinationOf(headers, target)?.pathname ?? '');
  }
  // A proxy may have followed the redirect to it.
  return status >= 200 && status < 300 && /^\s*</.test(body) && body.includes('window.authArgs');
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

function destinationOf({ location }: Answer['headers'], target: URL): URL | null {
  return URL.parse(String(location ?? ''), target.href);
}

function redirectError(status: number, destination: URL | null, target: URL): LocustError {
  return new LocustError(
    'http_status',
    `${target.href} answered with status ${status}, a redirect to ${describe(destination)}; ` +
      'redirects are not followed, set LOCUST_URL to where Locust is',
  );
}

function describe(destination: URL | null): string {
  return destination === null ? 'nowhere' : `${destination.origin}${destination.pathname}`;
}

/** Whatever a request threw, as a LocustError. */
export function toTransportError(thrown: unknown, target: URL): LocustError {
  if (thrown instanceof LocustError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error.name === 'TimeoutError' || error.name === 'AbortError') {
    return new LocustError('timeout', `${target.origin} did not answer in time`, { cause: error });
  }
  const reason = connectReason(error);
  return new LocustError('connect', `cannot reach ${target.origin}: ${reason}`, { cause: error });
}

const TLS_HINT =
  'name its certificate, or that of its authority, in LOCUST_CA_FILE, or set LOCUST_TLS_INSECURE=true';
const UNTRUSTED = `its certificate is not one that is trusted; ${TLS_HINT}`;

const CONNECT_HINTS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: `its certificate is self-signed; ${TLS_HINT}`,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_HAS_EXPIRED: 'its certificate has expired; renew it, or set LOCUST_TLS_INSECURE=true',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another host; use that host in LOCUST_URL, or set LOCUST_TLS_INSECURE=true',
  ERR_SSL_WRONG_VERSION_NUMBER:
    'no TLS there; if Locust has no --tls-cert, LOCUST_URL must begin with http',
  ECONNREFUSED: 'connection refused; is Locust running, with its web UI (not --headless)?',
  ENOTFOUND: 'host name not found; check LOCUST_URL',
  EAI_AGAIN: 'host name not found for now; check LOCUST_URL',
  ECONNRESET: 'connection reset; if Locust has --tls-cert, LOCUST_URL must begin with https',
  UND_ERR_SOCKET: 'connection closed; if Locust has --tls-cert, LOCUST_URL must begin with https',
};

/** A host name with two addresses fails with an AggregateError, which has no message. */
function connectReason(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  const hint = code === undefined ? undefined : CONNECT_HINTS[code];
  if (hint !== undefined) return hint;
  if (error.message !== '') return error.message;
  return code ?? error.name;
}
