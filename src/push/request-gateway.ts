import { Agent, request } from 'undici';
import { unlessAborted } from '../async/unless-aborted.ts';
import { BadStatus } from './push-problem.ts';

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
    await unlessAborted(signal, exchange());
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
