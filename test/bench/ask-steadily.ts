import { once } from 'node:events';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerParent } from './worker-process.ts';

export type AskRequest =
  | { readonly order: 'start'; readonly url: string; readonly everyMs: number }
  | { readonly order: 'stop' };

export interface AskReply {
  /** Of all answers since the start. */
  readonly latenciesMs: Float64Array;
}

const TIMEOUT_MS = 60_000;

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let latenciesMs: number[] = [];
let isAsking = false;
let asking = Promise.resolve();

/** So long after the response it asks again: a pause is seen by one question. */
async function askSteadily(url: string, everyMs: number): Promise<void> {
  while (isAsking) {
    const startMs = performance.now();
    await ask(url);
    latenciesMs.push(performance.now() - startMs);
    await sleep(everyMs);
  }
}

async function ask(url: string): Promise<void> {
  const request = http.get(url, { agent, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.resume();
  await once(response, 'end');
  if (response.statusCode !== 200) throw new Error(`${url}: ${String(response.statusCode)}`);
}

answerParent(async (request: AskRequest): Promise<AskReply> => {
  switch (request.order) {
    case 'start':
      latenciesMs = [];
      isAsking = true;
      asking = askSteadily(request.url, request.everyMs);
      // The error is reported by the stop.
      asking.catch(() => undefined);
      break;
    case 'stop':
      isAsking = false;
      await asking;
      break;
    default:
      request satisfies never;
  }
  return { latenciesMs: Float64Array.from(latenciesMs) };
});
