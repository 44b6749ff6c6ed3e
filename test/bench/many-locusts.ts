import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { recordReports } from './record-reports.ts';
import { answerParent } from './worker-process.ts';

export interface ManyRequest {
  readonly endpoints: number;
  /** Those that answer. */
  readonly locusts: number;
  /** Those that take a connection and never answer. */
  readonly hanging: number;
}

export interface ManyReply {
  readonly urls: readonly string[];
  readonly hangingUrls: readonly string[];
}

/** Locust serves the same report for so long. */
const MEMO_MS = 2000;

const ERRORS = 5;
const WORKERS = 4;

answerParent(async ({ endpoints, locusts, hanging }: ManyRequest): Promise<ManyReply> => {
  const { indexPage, reports } = recordReports({ endpoints, errors: ERRORS, workers: WORKERS });

  /** Each is at another place of the same run. */
  function locust(number: number): RequestListener {
    return (request, response) => {
      const turn = Math.floor(performance.now() / MEMO_MS) + number;
      if (request.url === '/stats/requests') {
        response.setHeader('Content-Type', 'application/json');
        response.end(reports[turn % reports.length]);
      } else response.end(indexPage);
    };
  }

  return {
    urls: await Promise.all(Array.from({ length: locusts }, (_, index) => listen(locust(index)))),
    hangingUrls: await Promise.all(Array.from({ length: hanging }, () => listen(() => undefined))),
  };
});

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
