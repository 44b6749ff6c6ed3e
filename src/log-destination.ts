import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Lines that wait for a reader take this much memory at most; later ones are dropped. */
const MAX_QUEUED_BYTES = 256 * 1024;

/** There is no event for a file descriptor that can be written to again, so it is tried. */
const RETRY_MS = 50;

/** A reader that is slow gets this long for the last lines. */
const FLUSH_MS = 500;

/** Writes as much as it can without waiting. */
interface Output {
  /** @returns how many bytes it took, 0 when it would have to wait. @throws when they are lost */
  write(bytes: Buffer): number;
}

/** What pino writes to. */
export interface LogDestination {
  /** Never throws and never waits. */
  write(line: string): void;
  /** Calls back when all is written, or when the reader had its time. */
  flush(callback: () => void): void;
}

/**
 * Writes lines to a file descriptor, whatever becomes of that. A line is written before `write`
 * returns, unless the reader is slow: then it waits in memory. Lines that cannot be written are
 * dropped, and their number is written as soon as anything can be.
 *
 * @param lostLines makes the line that says how many were dropped.
 */
export function createLogDestination(
  fd: number,
  lostLines: (count: number) => string,
): LogDestination {
  const output = openOutput(fd);
  let queue: { bytes: Buffer; readonly lines: number }[] = [];
  let queuedBytes = 0;
  let lost = 0;
  let isTorn = false;
  let timer: NodeJS.Timeout | undefined;

  function enqueue(text: string, lines: number): void {
    const bytes = Buffer.from(isTorn && queue.length === 0 ? `\n${text}` : text);
    if (queuedBytes > 0 && queuedBytes + bytes.length > MAX_QUEUED_BYTES) {
      lost += lines;
      return;
    }
    queue.push({ bytes, lines });
    queuedBytes += bytes.length;
  }

  function enqueueLost(): void {
    if (lost === 0) return;
    const lines = lost;
    lost = 0;
    enqueue(lostLines(lines), lines);
  }

  /** Writes until the queue is empty, the write would block, or it fails. */
  function drain(): void {
    try {
      for (let head = queue[0]; head !== undefined; head = queue[0]) {
        const written = output.write(head.bytes);
        if (written === 0) {
          timer ??= setTimeout(retry, RETRY_MS).unref();
          return;
        }
        queuedBytes -= written;
        isTorn = written < head.bytes.length;
        if (isTorn) {
          head.bytes = head.bytes.subarray(written);
          continue;
        }
        queue.shift();
        if (queue.length === 0) enqueueLost();
      }
    } catch {
      for (const { lines } of queue) lost += lines;
      queue = [];
      queuedBytes = 0;
    }
  }

  function retry(): void {
    timer = undefined;
    drain();
  }

  async function flush(): Promise<void> {
    for (let waitedMs = 0; queue.length > 0 && waitedMs < FLUSH_MS; waitedMs += RETRY_MS) {
      await sleep(RETRY_MS);
    }
  }

  return {
    write(line) {
      if (queue.length === 0) enqueueLost();
      enqueue(line, 1);
      if (timer === undefined) drain();
    },
    flush(callback) {
      void flush().then(callback);
    },
  };
}

function openOutput(fd: number): Output {
  // Writing to a file does not wait for a reader. Opened anew, it would be written from its start.
  if (fstatSync(fd).isFile()) return fileOutput(fd);
  try {
    // Opened anew, because O_NONBLOCK would apply to all processes that share the descriptor.
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    return fileOutput(openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY));
  } catch {
    // Sockets and files of another user cannot be opened.
  }
  try {
    return socketOutput(new Socket({ fd, readable: false, writable: true }));
  } catch {
    return fileOutput(fd);
  }
}

function fileOutput(fd: number): Output {
  return {
    write(bytes) {
      try {
        return writeSync(fd, bytes);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
        throw error;
      }
    },
  };
}

function socketOutput(socket: Socket): Output {
  socket.unref();
  socket.on('error', () => undefined);
  return {
    write(bytes) {
      if (!socket.writable) throw new Error('the reader has closed the stream');
      if (socket.writableLength > 0) return 0;
      socket.write(bytes);
      return bytes.length;
    },
  };
}
