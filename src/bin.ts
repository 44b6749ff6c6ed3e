#!/usr/bin/env -S node --optimize-for-size
// The flag halves the memory after many scrapes, for a tenth of the CPU. Says on any Node.js what is wrong with it: nothing newer is loaded before the check.
const OLDEST = [22, 19] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  console.error(
    `locust-exporter needs Node.js ${OLDEST.join('.')} or newer, this is ${process.version}`,
  );
  process.exitCode = 2;
} else {
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2), process.env);
}
export {};
