import { Agent, request } from 'undici';
import { LocustError } from './errors.ts';
import { checkAnswer, toTransportError } from './judge-answer.ts';

export interface ClientOptions {
  /** With a base path if Locust has one; credentials in it are sent as basic auth. */
  readonly url: URL;
  readonly maxResponseBytes: number;
  readonly userAgent: string;
  readonly tls?: TlsOptions;
}

export interface TlsOptions {
  /** Certificates in PEM to verify Locust's by, instead of the public authorities. */
  readonly ca?: string | undefined;
  /** Whether Locust's certificate goes unverified. */
  readonly insecure?: boolean;
}

type RequestInit = Parameters<typeof request>[1] & { readonly signal: AbortSignal };

/** Speaks HTTP with one Locust. Every failure is a LocustError. */
export interface LocustClient {
  /** The URL without credentials. */
  readonly displayUrl: string;
  /** @param path below the base path, such as `stats/requests`. */
  get(path: string, signal: AbortSignal): Promise<string>;
  /** Sends a form. */
  post(path: string, form: Readonly<Record<string, string>>, signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

export function createLocustClient({
  url,
  maxResponseBytes,
  userAgent,
  tls = {},
}: ClientOptions): LocustClient {
  const base = withoutCredentials(url);
  const headers: Record<string, string> = { accept: '*/*', 'user-agent': userAgent };
  if (url.username !== '' || url.password !== '') headers['authorization'] = basicAuth(url);
  // The deadline is the caller's signal. It is one connection because Locust is read once at a time.
  const agent = new Agent({
    connections: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      rejectUnauthorized: tls.insecure !== true,
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    },
  });

  async function send(path: string, init: RequestInit): Promise<string> {
    const target = new URL(path, base);
    try {
      const answer = await unlessAborted(
        request(target, { ...init, dispatcher: agent }),
        init.signal,
      );
      // Chunks are counted before they are joined, so that no answer can take more memory.
      const body = await readCapped(
        answer.body,
        answer.headers['content-length'],
        maxResponseBytes,
      );
      checkAnswer(answer.statusCode, answer.headers, body, target);
      return body;
    } catch (error) {
      throw toTransportError(error, target);
    }
  }

  return {
    displayUrl: base.href,
    get(path, signal) {
      const init = { method: 'GET', headers, signal } as const;
      return send(path, init).catch((error: unknown) => {
        // The idle connection can have been closed by a Locust that ended meanwhile.
        if (!isStaleConnection(error)) throw error;
        return send(path, init);
      });
    },
    post(path, form, signal) {
      const body = new URLSearchParams(form).toString();
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      return send(path, { method: 'POST', headers: { ...headers, ...type }, body, signal });
    },
    close: () => agent.destroy(),
  };
}

/** What undici itself leaves undone while it connects. */
async function unlessAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => {
    reject(signal.reason as Error);
  };
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function readCapped(
  body: AsyncIterable<Buffer> & { destroy(): unknown; on(event: 'error', f: () => void): unknown },
  announced: string | string[] | undefined,
  limit: number,
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  let fits = !(Number(announced) > limit);
  if (fits) {
    for await (const chunk of body) {
      size += chunk.length;
      fits = size <= limit;
      if (!fits) break;
      chunks.push(chunk);
    }
  }
  if (fits) return Buffer.concat(chunks, size).toString('utf8');
  body.on('error', () => undefined); // that of the next line
  body.destroy();
  throw new LocustError(
    'too_large',
    `the answer is larger than ${limit} bytes (MAX_RESPONSE_BYTES)`,
  );
}

function isStaleConnection(error: unknown): boolean {
  if (!(error instanceof LocustError) || error.code !== 'connect') return false;
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

/** The URL as a base for relative paths: with a slash at the end, and fit to be shown. */
function withoutCredentials(url: URL): URL {
  const base = new URL(url);
  base.username = '';
  base.password = '';
  base.search = '';
  base.hash = '';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
}

function basicAuth({ username, password }: URL): string {
  const credentials = `${decodePercents(username)}:${decodePercents(password)}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

/** A percent sign that begins no valid sequence stands for itself. */
function decodePercents(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
