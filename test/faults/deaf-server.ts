import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

// A worker that listens and never accepts: once its short queue is full, nobody can connect.
createServer().listen({ host: '127.0.0.1', port: workerData as number, backlog: 1 }, () => {
  parentPort?.postMessage('listening');
  setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 10);
});
