import type { Dispatcher } from 'undici';
import request from 'undici/lib/api/api-request.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import { unlessAborted } from '../async/unless-aborted.ts';
import { LocustError } from './errors.ts';
import { toTransportError, type Answer } from './judge-answer.ts';

export interface TransportOptions {
  /** Sent with each request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly maxResponseBytes: number;
  readonly tls: TlsOptions;
}

export interface TlsOptions {
  /** Certificates in PEM to verify Locust's by, instead of the public authorities. */
  readonly ca?: string | undefined;
  /** Whether Locust's certificate goes unverified. */
  readonly insecure?: boolean;
  /** What to show to Locust, in PEM. */
  readonly client?: { readonly cert: string; readonly key: string } | undefined;
}

type RequestInit = Omit<Dispatcher.RequestOptions, 'origin' | 'path'> & {
  readonly signal: AbortSignal;
};

/** Sends requests to one host. Answers with whatever status; every failure is a LocustError. */
export interface Transport {
  get(target: URL, signal: AbortSignal, cookies?: string): Promise<Answer>;
  /** Sends a form. */
  post(
    target: URL,
    fields: Readonly<Record<string, string>>,
    signal: AbortSignal,
    cookies?: string,
  ): Promise<Answer>;
  close(): Promise<void>;
}

export function createTransport({ headers, maxResponseBytes, tls }: TransportOptions): Transport {
  // The deadline is the caller's signal. It is one connection because Locust is read once at a time.
  const agent = new Agent({
    connections: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      rejectUnauthorized: tls.insecure !== true,
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
      ...tls.client,
    },
  });

  async function send(target: URL, init: RequestInit): Promise<Answer> {
    try {
      // undici heeds the signal only once it is connected.
      const answer = await unlessAborted(
        init.signal,
        request.call(agent, {
          ...init,
          origin: target.origin,
          path: target.pathname + target.search,
        }),
      );
      // Chunks are counted as they come, so that no answer can take more memory.
      const body = await readCapped(
        answer.body,
        answer.headers['content-length'],
        maxResponseBytes,
      );
      return { status: answer.statusCode, headers: answer.headers, body };
    } catch (error) {
      throw toTransportError(error, target);
    }
  }

  /** Cookies are added to those that the headers may have. */
  function withCookies(cookies: string | undefined): Readonly<Record<string, string>> {
    if (cookies === undefined) return headers;
    const own = headers['cookie'];
    return { ...headers, cookie: own === undefined ? cookies : `${own}; ${cookies}` };
  }

  return {
    get(target, signal, cookies) {
      const init = { method: 'GET', headers: withCookies(cookies), signal } as const;
      return send(target, init).catch((error: unknown) => {
        // The idle connection can have been closed by a Locust that ended meanwhile.
        if (!isStaleConnection(error)) throw error;
        return send(target, init);
      });
    },
    post(target, fields, signal, cookies) {
      const body = new URLSearchParams(fields).toString();
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const all = { ...withCookies(cookies), ...type };
      return send(target, { method: 'POST', headers: all, body, signal });
    },
    close: () => agent.destroy(),
  };
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
  if (fits) return Buffer.concat(chunks, size).toString();
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
