import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';

import { COMPANION_FILE } from '../helpers/companion.ts';
import { locustPath, whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { demand, needs } from '../helpers/requirement.ts';
import { startProcess } from '../helpers/start-process.ts';

const TESTS = path.join(import.meta.dirname, 'companion/test_reads.py');

void describe('reads of the companion, tried in Python', { concurrency: 2 }, () => {
  for (const version of ['1.6.0', '2.20.1', 'newest']) {
    it(`with Locust ${version}`, needs(whyLocustIsMissing(version)), async () => {
      demand(whyLocustIsMissing(version));
      const python = path.join(path.dirname(locustPath(version)), 'python');
      const env = { COMPANION: path.dirname(COMPANION_FILE), PYTHONDONTWRITEBYTECODE: '1' };
      const running = await startProcess(python, [TESTS], { env });
      assert.equal(await running.exited, 0, running.output());
      assert.match(running.output(), /^Ran [1-9]\d* tests/m);
    });
  }
});
