import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http, { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerParent } from './worker-process.ts';

export type ProxyRequest =
  { readonly order: 'forward'; readonly to: string } | { readonly order: 'count' };

export interface ProxyReply {
  readonly url: string;
  /** So far, by path. */
  readonly answers: Readonly<Record<string, Answers>>;
}

export interface Answers {
  readonly count: number;
  /** Those with another body than the one before. */
  readonly changes: number;
  /** Of their bodies, as sent. */
  readonly bytes: number;
}

const agent = new http.Agent({ keepAlive: true });
const answers: Record<string, Answers> = {};
const digests: Record<string, string> = {};
let to = '';

/** Passes everything on, and counts it when it is answered in full. */
const server = createServer((request, response) => {
  const { method, headers, url = '/' } = request;
  const [path] = url.split('?') as [string];
  const passed = http.request(to + url, { agent, method, headers }, (answer) => {
    let bytes = 0;
    const hash = createHash('sha1');
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      hash.update(chunk);
    });
    answer.on('end', () => {
      count(path, bytes, hash.digest('hex'));
    });
    answer.on('error', () => response.destroy());
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  });
  passed.on('error', () => response.destroy());
  response.on('close', () => passed.destroy());
  request.pipe(passed);
});
// A client that was halted keeps its connection.
server.keepAliveTimeout = 3_600_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

function count(path: string, bytes: number, digest: string): void {
  const before = answers[path] ?? { count: 0, changes: 0, bytes: 0 };
  answers[path] = {
    count: before.count + 1,
    changes: before.changes + (digests[path] === digest ? 0 : 1),
    bytes: before.bytes + bytes,
  };
  digests[path] = digest;
}

answerParent((request: ProxyRequest): ProxyReply => {
  switch (request.order) {
    case 'forward':
      to = request.to;
      break;
    case 'count':
      break;
    default:
      request satisfies never;
  }
  return { url: `http://127.0.0.1:${port}`, answers: { ...answers } };
});
