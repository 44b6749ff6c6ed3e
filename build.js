// Compiles src/ into dist/, and notes the revision that it was built from.
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
chmodSync('dist/bin.js', 0o755);
writeFileSync('dist/revision', `${process.env.REVISION || gitRevision()}\n`);

function gitRevision() {
  try {
    const output = execFileSync('git', ['rev-parse', 'HEAD'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.toString().trim();
  } catch {
    return 'unknown';
  }
}
