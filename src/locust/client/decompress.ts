import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { raceAbort } from '../../async/race-abort.ts';
import { LocustError } from '../errors.ts';

type Inflate = (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const inflate: Inflate = promisify(zlib.inflate);
const inflateRaw: Inflate = promisify(zlib.inflateRaw);
const gunzip: Inflate = promisify(zlib.gunzip);
const brotliDecompress: Inflate = promisify(zlib.brotliDecompress);
const zstdDecompress: Inflate = promisify(zlib.zstdDecompress);

/** RFC 9659 limits the window of zstd on the web to 8 MiB; the library would take 128 MiB. */
const ZSTD_WINDOW = { params: { [zlib.constants.ZSTD_d_windowLogMax]: 23 } };

const INFLATE_BY_ENCODING: ReadonlyMap<string, Inflate> = new Map<string, Inflate>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  // Some servers send the deflate stream without the zlib header that the standard requires.
  [
    'deflate',
    (body, options) =>
      ((body[0] ?? 0) & 0x0f) === 8 ? inflate(body, options) : inflateRaw(body, options),
  ],
  ['br', brotliDecompress],
  ['zstd', (body, options) => zstdDecompress(body, { ...options, ...ZSTD_WINDOW })],
]);

const MAX_ENCODINGS = 3;

export interface DecompressOptions {
  /** That may come out of each step. */
  readonly maxBytes: number;
  /** What makes foreign text fit for a message. */
  readonly quote: (text: string) => string;
  readonly signal: AbortSignal;
}

/**
 * Undoes the header Content-Encoding. The limit holds while a step is at work, so that a small body
 * that unpacks to gigabytes cannot take more memory or time than a large one.
 *
 * @throws LocustError `too_large`, `connect` when the body ends too early, `not_json` when it
 *   cannot be unpacked; or the reason of the signal.
 */
export async function decompress(
  body: Buffer,
  contentEncoding: string | string[] | undefined,
  { maxBytes, quote, signal }: DecompressOptions,
): Promise<Buffer> {
  const encodings = String(contentEncoding ?? '')
    .split(',')
    .map((encoding) => encoding.trim().toLowerCase())
    .filter((encoding) => encoding !== '' && encoding !== 'identity');
  if (body.length === 0) return body;
  const steps = encodings.flatMap((encoding) => INFLATE_BY_ENCODING.get(encoding) ?? []);
  if (steps.length < encodings.length || steps.length > MAX_ENCODINGS) {
    throw unreadable(
      `the response is compressed as "${quote(encodings.join(', '))}", which the exporter cannot unpack`,
    );
  }
  let unpacked = body;
  // The last one that is listed was applied last.
  for (const step of steps.reverse()) {
    try {
      unpacked = await raceAbort(signal, step(unpacked, { maxOutputLength: maxBytes }));
    } catch (error) {
      throw signal.aborted ? error : toDecompressError(error, maxBytes);
    }
  }
  return unpacked;
}

export function tooLarge(maxBytes: number): LocustError {
  return new LocustError(
    'too_large',
    `the response is larger than ${maxBytes} bytes (MAX_RESPONSE_BYTES)`,
  );
}

function toDecompressError(cause: unknown, maxBytes: number): LocustError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(maxBytes);
  if (code === 'Z_BUF_ERROR') {
    return new LocustError('connect', 'the compressed response broke off before its end', {
      cause,
    });
  }
  return unreadable('the response is not compressed as its Content-Encoding says', cause);
}

function unreadable(problem: string, cause?: unknown): LocustError {
  const advice = 'turn compression off in the proxy that stands before Locust';
  return new LocustError('not_json', `${problem}; ${advice}`, { cause });
}
