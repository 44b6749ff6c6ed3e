import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';

const COUNT = join(import.meta.dirname, 'count-allocations.ts');

/**
 * A young generation that takes it all, so that nothing is collected meanwhile, and no optimizing,
 * which leaves allocations out when it sees fit: the counts are the same on any machine.
 */
const FLAGS = [
  '--expose-gc',
  '--min-semi-space-size=512',
  '--max-semi-space-size=512',
  ...['--no-opt', '--no-maglev', '--no-sparkplug'],
];

interface Allocations {
  readonly parse: number;
  readonly render: number;
}

async function allocations(endpoints: number): Promise<Allocations> {
  const args = [...FLAGS, COUNT, String(endpoints)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  return JSON.parse(stdout) as Allocations;
}

describe('bytes that a scrape allocates for a row', () => {
  let usual: Allocations;
  let few: Allocations;
  let many: Allocations;

  before(async () => {
    usual = await allocations(500);
    // Both are over what is parsed at once.
    [few, many] = await Promise.all([allocations(1500), allocations(8000)]);
  });

  it('are few', (t) => {
    t.diagnostic(
      `${JSON.stringify(usual)} of 500 rows, ${JSON.stringify(few)} of 1,500, ${JSON.stringify(many)} of 8,000`,
    );
    assert.ok(usual.parse > 500 && usual.parse < 3000, `${usual.parse} to parse`);
    assert.ok(few.parse < 5000, `${few.parse} to parse`);
    // Samples as objects and lines as strings take 7,000.
    assert.ok(usual.render > 100 && usual.render < 2000, `${usual.render} to render`);
  });

  it('are the same for many rows as for few', () => {
    for (const [what, more] of Object.entries(many)) {
      const ratio = more / few[what as keyof Allocations];
      assert.ok(ratio < 1.15, `${what}: ${ratio} times as many for ten times the rows`);
    }
  });
});
