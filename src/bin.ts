#!/usr/bin/env -S node --optimize-for-size
// The flag saves three quarters of the memory and costs 50 % more CPU time. This file runs on any Node.js, so that an old one gets a clear error.
import { setFlagsFromString } from 'node:v8';
import { catchSignals } from './signals.ts';

// Before anything else is loaded, because the first process of a container loses signals that it
// does not catch.
const signals = catchSignals();

const OLDEST = [22, 19] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  console.error(
    `locust-exporter needs Node.js ${OLDEST.join('.')} or newer, this is ${process.version}`,
  );
  process.exitCode = 2;
} else {
  // undici's parser is WebAssembly. Optimizing it would take 8 MiB for good and 50 ms of CPU. The
  // flags are not on the first line, because a Node.js that does not have them must start too.
  setFlagsFromString('--no-wasm-tier-up --no-wasm-dynamic-tiering');
  const { main } = await import('./main.ts');
  const { abandonLookups } = await import('./exit-process.ts');
  const exitCode = await main(process.argv.slice(2), process.env, signals);
  process.exitCode = exitCode;
  abandonLookups(exitCode);
}
