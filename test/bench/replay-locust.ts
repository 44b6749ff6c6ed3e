import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { recordReports, type RecordedLocust, type RecordingOptions } from './record-reports.ts';
import { answerParent } from './worker-process.ts';

/** When the report changes: as in Locust, or with each request. */
export type NewReport = 'every 2 s' | 'every read';

export type ReplayRequest =
  | ({ readonly order: 'record' } & RecordingOptions)
  | { readonly order: 'play'; readonly newReport: NewReport; readonly delayMs: number }
  | { readonly order: 'count' };

export interface ReplayReply {
  readonly url: string;
  /** Of the first report. */
  readonly bytes: number;
  /** Answers so far. */
  readonly reads: Readonly<Record<string, number>>;
}

const MEMO_MS = 2000;

let recorded: RecordedLocust = { indexPage: Buffer.alloc(0), reports: [] };
let newReport: NewReport = 'every read';
let delayMs = 0;
let reportReads = 0;
const reads: Record<string, number> = {};

const server = createServer((request, response) => {
  const path = request.url ?? '/';
  const body = path === '/' ? recorded.indexPage : path === '/stats/requests' ? report() : null;
  reads[path] = (reads[path] ?? 0) + 1;
  const send = (): void => {
    const type = path === '/' ? 'text/html; charset=utf-8' : 'application/json';
    response.writeHead(body === null ? 404 : 200, {
      'Content-Type': type,
      'Content-Length': body?.length ?? 0,
    });
    response.end(body);
  };
  if (delayMs === 0) send();
  else void sleep(delayMs).then(send);
});
// A client that was halted keeps its connection.
server.keepAliveTimeout = 3_600_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

/** After the last report, the run starts again. */
function report(): Buffer | null {
  const turn = newReport === 'every read' ? reportReads++ : Math.floor(performance.now() / MEMO_MS);
  return recorded.reports[turn % recorded.reports.length] ?? null;
}

answerParent((request: ReplayRequest): ReplayReply => {
  switch (request.order) {
    case 'record':
      recorded = recordReports(request);
      break;
    case 'play':
      newReport = request.newReport;
      delayMs = request.delayMs;
      break;
    case 'count':
      break;
    default:
      request satisfies never;
  }
  const url = `http://127.0.0.1:${port}`;
  return { url, bytes: recorded.reports[0]?.length ?? 0, reads: { ...reads } };
});
