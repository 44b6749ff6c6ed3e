#!/usr/bin/env -S node --max-semi-space-size=1 --heap-growing-percent=20
// The flags have the heap collected early: it is half as large after many scrapes, at no cost
// that shows. Says on any Node.js what is wrong with it: nothing newer is loaded before the check.
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
