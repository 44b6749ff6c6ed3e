import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { ErrorCode } from '../../src/locust/errors.ts';
import { always, FAULTS, GOOD } from '../target/faults.ts';
import { healthy, type SwitchedLocust } from './switched-locust.ts';
import { MIB } from './watched-exporter.ts';

export interface LocustFault {
  readonly what: string;
  readonly code: ErrorCode;
  readonly begin: (locust: SwitchedLocust) => void | Promise<void>;
  readonly end: (locust: SwitchedLocust) => void | Promise<void>;
}

function answering(what: string, code: ErrorCode, answer: RequestListener): LocustFault {
  return {
    what,
    code,
    begin: (locust) => {
      locust.answer = answer;
    },
    end: (locust) => {
      locust.answer = healthy;
    },
  };
}

/** Answers with just these bytes. */
function raw(bytes: string | Buffer, then: (socket: Socket) => void = () => undefined) {
  const answer: RequestListener = ({ socket }) => {
    socket.write(bytes, () => {
      then(socket);
    });
  };
  return answer;
}

function head(...fields: string[]): string {
  return ['HTTP/1.1 200 OK', 'Content-Type: application/json', ...fields, '', ''].join('\r\n');
}

/** Sends one byte after the other, every 20 ms. */
function slowly(bytes: string): RequestListener {
  return ({ socket }) => {
    let sent = 0;
    const timer = setInterval(() => {
      if (sent < bytes.length) socket.write(bytes.charAt(sent++));
    }, 20);
    socket.on('close', () => {
      clearInterval(timer);
    });
  };
}

/** Sends this again and again, as fast as it is taken. */
function forever(start: string, again: Buffer): RequestListener {
  return ({ socket }) => {
    const more = () => {
      if (socket.destroyed) return;
      if (socket.write(again)) setImmediate(more);
      else socket.once('drain', more);
    };
    socket.write(start);
    more();
  };
}

const LENGTH = Buffer.byteLength(GOOD);
const WHOLE = `${head(`Content-Length: ${LENGTH}`)}${GOOD}`;
const end = (socket: Socket) => {
  socket.end();
};
const reset = (socket: Socket) => {
  setTimeout(() => socket.resetAndDestroy(), 20);
};

/** 1 GiB of spaces in 1 MiB: a file of gzip may have several members. */
const BOMB = Buffer.concat(new Array<Buffer>(16).fill(gzipSync(Buffer.alloc(64 * MIB, ' '))));

function zipped(bytes: Buffer, encoding = 'gzip'): RequestListener {
  return (_request, response) => {
    response.writeHead(200, { 'content-encoding': encoding, 'content-length': bytes.length });
    response.end(bytes);
  };
}

/** What is on the wire is wrong, whatever it would say. */
const WIRE_FAULTS: readonly LocustFault[] = [
  answering('sends its response byte by byte', 'timeout', slowly(WHOLE)),
  answering('sends its body byte by byte', 'timeout', (request, response) => {
    request.socket.write(head(`Content-Length: ${LENGTH}`));
    slowly(GOOD)(request, response);
  }),
  answering('sends headers and nothing more', 'timeout', raw(head(`Content-Length: ${LENGTH}`))),
  answering(
    'announces more than it sends, and waits',
    'timeout',
    raw(`${head(`Content-Length: ${LENGTH + 1}`)}${GOOD}`),
  ),
  answering(
    'announces more than it sends, and closes',
    'connect',
    raw(`${head(`Content-Length: ${LENGTH + 1}`)}${GOOD}`, end),
  ),
  answering(
    'announces less than it sends',
    'not_json',
    raw(`${head(`Content-Length: ${LENGTH - 30}`)}${GOOD}`),
  ),
  answering(
    'announces nothing and sends much',
    'not_json',
    raw(`${head('Content-Length: 0')}${GOOD}`),
  ),
  answering(
    'announces two lengths',
    'connect',
    raw(`${head('Content-Length: 5', `Content-Length: ${LENGTH}`)}${GOOD}`),
  ),
  answering(
    'announces a length that is none',
    'connect',
    raw(`${head('Content-Length: -1')}${GOOD}`),
  ),
  answering(
    'breaks its chunks',
    'connect',
    raw(`${head('Transfer-Encoding: chunked')}zz\r\n${GOOD}\r\n`),
  ),
  answering(
    'resets the connection in the middle of its chunks',
    'connect',
    raw(`${head('Transfer-Encoding: chunked')}5\r\n{"sta`, reset),
  ),
  answering(
    'resets the connection in the middle of its headers',
    'connect',
    raw('HTTP/1.1 2', reset),
  ),
  answering('closes its side of the connection instead of answering', 'connect', raw('', end)),
  answering('does not speak HTTP', 'connect', raw('SSH-2.0-OpenSSH_9.2\r\n')),
  answering('wants TLS', 'connect', raw(Buffer.from('15030100020246', 'hex'), end)),
  answering(
    'sends headers without end',
    'connect',
    forever('HTTP/1.1 200 OK\r\n', Buffer.from(`X: ${'x'.repeat(1000)}\r\n`)),
  ),
  answering(
    'sends a body without end',
    'too_large',
    forever(head('Connection: close'), Buffer.alloc(MIB, ' ')),
  ),
  answering(
    'sends chunks without end',
    'too_large',
    forever(
      head('Transfer-Encoding: chunked'),
      Buffer.from(`100000\r\n${' '.repeat(0x100000)}\r\n`),
    ),
  ),
  answering('changes the protocol', 'connect', raw('HTTP/1.1 101 Switching Protocols\r\n\r\n')),
  answering('answers 204', 'http_status', always('', 204)),
  answering('answers 304', 'http_status', always('', 304)),
  answering('answers 206', 'http_status', always(GOOD.slice(0, 100), 206)),
  answering('sends 100 Continue before its response', 'connect', (_request, response) => {
    response.writeContinue();
    response.end(GOOD);
  }),
  answering('sends a gzip bomb', 'too_large', zipped(BOMB)),
  answering(
    'sends half of a compressed answer',
    'connect',
    zipped(gzipSync(GOOD).subarray(0, 500)),
  ),
  answering('says that it is compressed, and is not', 'not_json', zipped(Buffer.from(GOOD))),
  answering('compresses as nobody else does', 'not_json', zipped(gzipSync(GOOD), 'lzma')),
  answering('speaks HTTP/2 alone', 'connect', raw(Buffer.from('000000040000000000', 'hex'), end)),
  answering(
    'sends brackets in brackets',
    'not_locust',
    always('['.repeat(50_000) + ']'.repeat(50_000)),
  ),
];

/** The connection itself is wrong. */
const CONNECTION_FAULTS: readonly LocustFault[] = [
  {
    what: 'is not there',
    code: 'connect',
    begin: (locust) => locust.leave(),
    end: (locust) => locust.arrive(),
  },
  halfOpen(),
];

/** Its end of every connection is lost, and the other end is never told so. */
function halfOpen(): LocustFault {
  const lost = new WeakSet<Socket>();
  return {
    what: 'leaves its connections half open',
    code: 'timeout',
    begin: (locust) => {
      locust.answer = ({ socket }) => void lost.add(socket);
    },
    end: (locust) => {
      locust.answer = (request, response) => {
        if (!lost.has(request.socket)) healthy(request, response);
      };
    },
  };
}

export const LOCUST_FAULTS: readonly LocustFault[] = [
  ...FAULTS.map(({ what, code, answer }) => answering(what, code, answer)),
  ...WIRE_FAULTS,
  ...CONNECTION_FAULTS,
];

/** Unusual ways to answer that are no fault. */
export const ODDITIES: readonly { readonly what: string; readonly answer: RequestListener }[] = [
  {
    what: 'sends each byte by itself, in time',
    answer: (_request, response) => {
      const bytes = '{"stats":[],"errors":[],"state":"ready","user_count":0}';
      let sent = 0;
      const more = () => {
        if (sent < bytes.length) response.write(bytes.charAt(sent++), more);
        else response.end();
      };
      response.socket?.setNoDelay(true);
      more();
    },
  },
  {
    what: 'sends something before its response',
    answer: (request, response) => {
      response.writeProcessing();
      healthy(request, response);
    },
  },
  {
    what: 'sends early hints before its response',
    answer: (request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      healthy(request, response);
    },
  },
  { what: 'compresses what nobody wants compressed', answer: zipped(gzipSync(GOOD)) },
  { what: 'compresses by brotli', answer: zipped(brotliCompressSync(GOOD), 'br') },
  { what: 'closes the connection after each response', answer: raw(WHOLE, end) },
  { what: 'ends its response by closing the connection', answer: raw(head() + GOOD, end) },
  { what: 'speaks HTTP/1.0', answer: raw(`HTTP/1.0 200 OK\r\n\r\n${GOOD}`, end) },
];
