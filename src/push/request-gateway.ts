import { Agent, request } from 'undici';
import { raceAbort } from '../async/race-abort.ts';

export interface GatewayRequest {
  /** PUT replaces the whole group, POST only the metrics that the body has. */
  readonly method: 'PUT' | 'POST' | 'DELETE';
  /** In the text format 0.0.4; null for DELETE. */
  readonly body: string | null;
  /** `user:password` for basic auth. */
  readonly credentials: string | undefined;
  readonly signal: AbortSignal;
}

/** Of the body of a response; the rest is read and dropped. */
const MAX_TEXT_CHARACTERS = 2000;

/**
 * Sends one request to a Pushgateway, over a connection of its own, and reads the whole response.
 *
 * @throws BadStatus for every status from 300 on, the reason of the signal once that is aborted,
 * and otherwise the error of the connection.
 */
export async function requestGateway(
  url: URL,
  { method, body, credentials, signal }: GatewayRequest,
): Promise<void> {
  // The signal is the only deadline.
  const dispatcher = new Agent({
    allowH2: false,
    pipelining: 0,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const headers = {
    'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    ...(credentials !== undefined && {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
    }),
  };

  async function exchange(): Promise<void> {
    const response = await request(url, { method, headers, body, signal, dispatcher });
    const text = await readText(response.body.setEncoding('utf8'));
    if (response.statusCode >= 300) throw new BadStatus(response.statusCode, text);
  }

  try {
    // undici heeds the signal only once it is connected.
    await raceAbort(signal, exchange());
  } finally {
    void dispatcher.destroy();
  }
}

async function readText(body: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of body) {
    if (text.length < MAX_TEXT_CHARACTERS) text += chunk.slice(0, MAX_TEXT_CHARACTERS);
  }
  return text;
}

/** Why a push failed. */
export interface PushProblem {
  /** The same for failures of the same kind. */
  readonly code: string;
  /** For people, on one line. */
  readonly reason: string;
}

/** Thrown when no time is left. */
export class TooLate extends Error {
  constructor(who: string) {
    super(`${who} did not answer in time`);
  }
}

/** Thrown for a status other than one of success. */
export class BadStatus extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(`the Pushgateway answered ${status}${text.trim() === '' ? '' : `: ${text}`}`);
    this.status = status;
  }
}

const MOST_CHARACTERS = 300;

/** @param secrets that may stand in an error or in the gateway's answer, but not in a log. */
export function toPushProblem(thrown: unknown, secrets: readonly string[]): PushProblem {
  const { code, reason } = classify(thrown);
  let line = reason;
  for (const secret of secrets) line = line.replaceAll(secret, '***');
  line = line.replace(/[\s\p{C}]+/gu, ' ').trim();
  return { code, reason: line.slice(0, MOST_CHARACTERS) };
}

/** undici's codes for a connection that ended before the response was complete. */
const CLOSED_CODES = new Set(['UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);

function classify(thrown: unknown): PushProblem {
  if (thrown instanceof TooLate) return { code: 'timeout', reason: thrown.message };
  if (thrown instanceof BadStatus)
    return { code: `status ${thrown.status}`, reason: thrown.message };
  if (!(thrown instanceof Error)) return { code: 'unknown', reason: String(thrown) };
  const { code = thrown.name } = thrown as NodeJS.ErrnoException;
  if (CLOSED_CODES.has(code)) {
    return { code: 'ECONNRESET', reason: 'the Pushgateway closed the connection too early' };
  }
  return { code, reason: thrown.message || code };
}
