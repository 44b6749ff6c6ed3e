import type { RequestListener } from 'node:http';
import type { ErrorCode } from '../../src/locust/errors.ts';
import { readFixture } from '../locust/samples.ts';

export const GOOD = readFixture('locust-2.46.3/standalone-running.stats-requests.json');
const MIB = 2 ** 20;

/** Answers with this, whatever is asked. */
export function always(
  body: string,
  status = 200,
  headers: Record<string, string> = {},
): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body);
  };
}

/** What Locust can answer that is no report. */
export const FAULTS: readonly { what: string; code: ErrorCode; answer: RequestListener }[] = [
  { what: 'never answers', code: 'timeout', answer: () => undefined },
  {
    what: 'drips',
    code: 'timeout',
    answer: (_request, response) => {
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => {
        clearInterval(timer);
      });
    },
  },
  { what: 'answers 404', code: 'http_status', answer: always('Not Found', 404) },
  { what: 'answers 500', code: 'http_status', answer: always('Internal Server Error', 500) },
  { what: 'answers 200 with a web page', code: 'not_json', answer: always('<html></html>') },
  {
    what: 'redirects to its login page',
    code: 'auth_required',
    answer: always('', 302, { location: '/login?next=%2Fstats%2Frequests' }),
  },
  {
    what: 'redirects elsewhere',
    code: 'http_status',
    answer: always('', 308, { location: '/x/stats/requests' }),
  },
  { what: 'answers 401', code: 'auth_required', answer: always('', 401) },
  {
    what: 'has a login that is not set up',
    code: 'auth_required',
    answer: always('Locust auth exception: no secret key'),
  },
  { what: 'sends truncated JSON', code: 'not_json', answer: always(GOOD.slice(0, -30)) },
  { what: 'sends nothing', code: 'not_json', answer: always('') },
  ...['{}', '[]', '3', 'null', '"Locust"', '{"stats":1}', '{"stats":[],"errors":[]}'].map(
    (body) => ({ what: `sends ${body}`, code: 'not_locust' as const, answer: always(body) }),
  ),
  {
    what: 'announces too much',
    code: 'too_large',
    answer: (_request, response) => {
      response.writeHead(200, { 'content-length': 200 * MIB }).write(' ');
    },
  },
  {
    what: 'resets the connection in the middle of its response',
    code: 'connect',
    answer: (_request, response) => {
      response.writeHead(200, { 'content-length': GOOD.length }).write(GOOD.slice(0, 1000));
      setTimeout(() => response.socket?.resetAndDestroy(), 20);
    },
  },
  {
    what: 'resets the connection at once',
    code: 'connect',
    answer: (request) => {
      request.socket.resetAndDestroy();
    },
  },
];
