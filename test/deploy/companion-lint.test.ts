import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';

import { isExecutable } from '../helpers/find-on-path.ts';
import { demand, needs, type Missing } from '../helpers/requirement.ts';
import { startProcess } from '../helpers/start-process.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const RUFF = path.join(ROOT, '.cache/locust/.pip/bin/ruff');
/** The Python of the project, but for locustfiles, which Locusts of ten years read. */
const LINTED = ['deploy/locust', 'test/e2e/companion', 'test/bench/companion-cost.py'];

const whyRuffIsMissing = (): Missing =>
  isExecutable(RUFF) ? undefined : 'ruff is not installed (npm run e2e:install)';

void describe("the companion's Python", needs(whyRuffIsMissing()), () => {
  for (const args of [['check'], ['format', '--check', '--diff']]) {
    it(`has nothing for ruff ${args[0]!} to say`, async () => {
      demand(whyRuffIsMissing());
      const ruff = await startProcess(RUFF, [...args, '--no-cache', ...LINTED], { cwd: ROOT });
      assert.equal(await ruff.exited, 0, ruff.output());
    });
  }
});
