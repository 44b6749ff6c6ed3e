import type { LookupFunction } from 'node:net';
import { Agent, type Dispatcher, request } from 'undici';
import { raceAbort } from '../../async/race-abort.ts';
import { LocustError } from '../errors.ts';
import type { LocustResponse, Quote } from './check-response.ts';
import { decompress, tooLarge } from './decompress.ts';
import { toBodyError, toTransportError } from './transport-error.ts';

export interface TransportOptions {
  /** Sent with each request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Holds for the bytes on the wire and for what they unpack to. */
  readonly maxResponseBytes: number;
  readonly tls: TlsOptions;
  /** Finds the addresses of a name, instead of the system's resolver. */
  readonly lookup?: LookupFunction | undefined;
  readonly quote: Quote;
}

export interface TlsOptions {
  /** Certificates in PEM to verify Locust's by, instead of the public authorities. */
  readonly ca?: string | undefined;
  /** Whether Locust's certificate goes unverified. */
  readonly insecure?: boolean;
  /** What to show to Locust, in PEM. */
  readonly client?: { readonly cert: string; readonly key: string } | undefined;
}

interface RequestInit {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** Sends requests to one host. Answers with whatever status; every failure is a LocustError. */
export interface Transport {
  /** @param more headers of this request, which override those of all requests. */
  get(
    target: URL,
    signal: AbortSignal,
    cookies?: string,
    more?: Readonly<Record<string, string>>,
  ): Promise<LocustResponse>;
  /** Sends a form. */
  post(
    target: URL,
    fields: Readonly<Record<string, string>>,
    signal: AbortSignal,
    cookies?: string,
  ): Promise<LocustResponse>;
  close(): Promise<void>;
}

export function createTransport({
  headers,
  maxResponseBytes: maxBytes,
  tls,
  lookup,
  quote,
}: TransportOptions): Transport {
  // The deadline is the caller's signal. It is one connection because Locust is read once at a time.
  const dispatcher = new Agent({
    // Locust speaks HTTP/1.1 alone, and so do servers before it that offer HTTP/2 as well.
    allowH2: false,
    connections: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      rejectUnauthorized: tls.insecure !== true,
      ...(lookup === undefined ? {} : { lookup }),
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
      ...tls.client,
    },
  });

  /** Sends a request, and waits until its response begins. */
  async function open(target: URL, init: RequestInit): Promise<Dispatcher.ResponseData> {
    try {
      // undici heeds the signal only once it is connected.
      return await raceAbort(init.signal, request(target, { ...init, dispatcher }));
    } catch (error) {
      throw toTransportError(error, target);
    }
  }

  async function receive(
    { statusCode: status, headers, body }: Dispatcher.ResponseData,
    target: URL,
    signal: AbortSignal,
  ): Promise<LocustResponse> {
    try {
      const received = await readCapped(body, headers['content-length'], maxBytes);
      const isError = status < 200 || status >= 300;
      const encoding = headers['content-encoding'];
      const unpacked = await decompress(received, encoding, { maxBytes, quote, signal }).catch(
        (error: unknown) => {
          if (!isError) throw error;
          return Buffer.alloc(0); // The status says what is wrong.
        },
      );
      return { status, headers, body: unpacked };
    } catch (error) {
      throw toBodyError(error, target);
    }
  }

  /** Cookies are added to those that the headers may have. */
  function withCookies(cookies: string | undefined): Readonly<Record<string, string>> {
    if (cookies === undefined) return headers;
    const own = headers['cookie'];
    return { ...headers, cookie: own === undefined ? cookies : `${own}; ${cookies}` };
  }

  return {
    async get(target, signal, cookies, more) {
      const headers = { ...withCookies(cookies), ...more };
      const init = { method: 'GET', headers, signal } as const;
      const response = await open(target, init).catch((error: unknown) => {
        // The idle connection can have been closed by a Locust that ended meanwhile.
        if (!isStaleConnection(error)) throw error;
        return open(target, init);
      });
      return receive(response, target, signal);
    },
    async post(target, fields, signal, cookies) {
      const body = new URLSearchParams(fields).toString();
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const all = { ...withCookies(cookies), ...type };
      const response = await open(target, { method: 'POST', headers: all, body, signal });
      return receive(response, target, signal);
    },
    close: () => dispatcher.destroy(),
  };
}

/** Chunks are counted as they come, so that no response can take more memory. */
async function readCapped(
  body: AsyncIterable<Buffer> & { destroy(): unknown; on(event: 'error', f: () => void): unknown },
  announced: string | string[] | undefined,
  limit: number,
): Promise<Buffer> {
  const expected = Number(announced ?? 0);
  let fits = !(expected > limit);
  if (fits) {
    const collector = createByteCollector(expected);
    let size = 0;
    for await (const chunk of body) {
      size += chunk.length;
      fits = size <= limit;
      if (!fits) break;
      collector.add(chunk);
    }
    if (fits) return collector.finish();
  }
  body.on('error', () => undefined); // that of the next line
  body.destroy();
  throw tooLarge(limit);
}

function isStaleConnection(error: unknown): boolean {
  if (!(error instanceof LocustError) || error.code !== 'connect') return false;
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

/** Joins the chunks of a response as they come, so that the response is in memory once, not twice. */
export interface ByteCollector {
  add(chunk: Uint8Array): void;
  /** All of it; nothing can be added any more. */
  finish(): Buffer;
}

const FIRST_BYTES = 2 ** 16;

/** @param expectedBytes how much will come, 0 where that is not known; it may be wrong. */
export function createByteCollector(expectedBytes: number): ByteCollector {
  // Not from a pool, which would stay as long as the smallest part of it.
  let memory = Buffer.allocUnsafeSlow(expectedBytes || FIRST_BYTES);
  let used = 0;
  return {
    add(chunk) {
      const wanted = used + chunk.length;
      if (wanted > memory.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(wanted, memory.length * 2));
        memory.copy(larger, 0, 0, used);
        memory = larger;
      }
      memory.set(chunk, used);
      used = wanted;
    },
    finish: () => memory.subarray(0, used),
  };
}
