import { LocustError } from '../errors.ts';

/** What failed before the response began, as a LocustError. */
export function toTransportError(thrown: unknown, target: URL): LocustError {
  return describe(thrown, target, (error) => `cannot reach ${target.origin}: ${reasonOf(error)}`);
}

/** What failed in the middle of the response's body, as a LocustError. */
export function toBodyError(thrown: unknown, target: URL): LocustError {
  return describe(thrown, target, (error) =>
    isParserError(error) && !isEndOfInput(error)
      ? `the response of ${target.origin} is not valid HTTP/1.1: ${reasonOf(error)}`
      : `${target.origin} broke its response off before the end; ` +
        'look whether Locust, or a proxy before it, ended or ran out of time or memory',
  );
}

function describe(thrown: unknown, target: URL, reason: (error: Error) => string): LocustError {
  if (thrown instanceof LocustError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error.name === 'TimeoutError' || error.name === 'AbortError') {
    return new LocustError('timeout', `${target.origin} did not answer in time`, { cause: error });
  }
  return new LocustError('connect', reason(error), { cause: error });
}

const TLS_HINT =
  'name its certificate, or that of its authority, in LOCUST_CA_FILE, or set LOCUST_TLS_INSECURE=true';
const UNTRUSTED = `its certificate is not one that is trusted; ${TLS_HINT}`;
const ONLY_HTTP_2 =
  'only HTTP/2 is offered there, and the exporter speaks HTTP/1.1; let that server offer HTTP/1.1 ' +
  'as well, or let LOCUST_URL name Locust itself';
const WANTS_TLS = 'if Locust has --tls-cert, LOCUST_URL must begin with https';

const HINTS: Readonly<Record<string, string>> = {
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
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: ONLY_HTTP_2,
  ECONNREFUSED: 'connection refused; is Locust running, with its web UI or with the companion?',
  ENOTFOUND: 'host name not found; check LOCUST_URL',
  EAI_AGAIN: 'host name not found for now; check LOCUST_URL',
  ECONNRESET: `connection reset; ${WANTS_TLS}`,
};

/** A host name with two addresses fails with an AggregateError, which has no message. */
function reasonOf(error: Error): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'UND_ERR_SOCKET') return closedReason(error);
  if (isParserError(error)) return parserReason(error);
  const hint = Object.hasOwn(HINTS, code) ? HINTS[code] : undefined;
  return hint ?? (error.message || code || error.name);
}

/** The error of undici for a connection that was closed, by the server or by undici itself. */
interface SocketError extends Error {
  readonly socket?: { readonly bytesRead?: number } | null;
}

function closedReason(error: SocketError): string {
  // undici reports an unexpected status 100 or 101 this way.
  if (error.message === 'bad response') {
    return 'it sent 100 Continue or another status that is no response, without a request for one';
  }
  if ((error.socket?.bytesRead ?? 0) > 0) return 'it broke its response off at the beginning';
  return `connection closed; ${WANTS_TLS}`;
}

/** The error of undici for what is no HTTP/1.1. */
interface ParserError extends Error {
  /** What stands there instead. */
  readonly data?: string;
}

function isParserError(error: Error): error is ParserError {
  return error.name === 'HTTPParserError';
}

/** The parser complains as well when the connection ends in the middle of a response. */
function isEndOfInput({ message }: ParserError): boolean {
  return message.includes('EOF');
}

const TLS_ALERT = 21;
const TLS_HANDSHAKE = 22;
const TLS_MAJOR_VERSION = 3;

function parserReason({ message, name, data = '' }: ParserError): string {
  const [first, second, , type, , ...stream] = Buffer.from(data.slice(0, 9));
  // A frame SETTINGS of stream 0 is what every HTTP/2 server sends first.
  const isSettings =
    first === 0 && second === 0 && type === 4 && stream.every((byte) => byte === 0);
  if (isSettings) return ONLY_HTTP_2;
  const isTls = (first === TLS_ALERT || first === TLS_HANDSHAKE) && second === TLS_MAJOR_VERSION;
  if (isTls) return `it speaks TLS; ${WANTS_TLS}`;
  return message || name;
}
