import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { whyBuildIsMissing } from '../helpers/exporter.ts';
import { needs } from '../helpers/requirement.ts';
import { startProcess } from '../helpers/start-process.ts';

const SCRIPT = path.join(import.meta.dirname, 'many-targets.ts');

test(
  'a short benchmark of many targets scrapes those that answer and those that hang',
  needs(whyBuildIsMissing()),
  async (context) => {
    const bench = await startProcess(process.execPath, [
      ...[SCRIPT, '--targets=5', '--hanging=2', '--endpoints=5', '--interval=0.5', '--seconds=2'],
    ]);
    context.after(() => bench.stop());
    assert.equal(await bench.exited, 0, bench.output());
    const row = bench
      .stdout()
      .split('\n')
      .find((line) => line.startsWith('| 5 × 5 | 2 |'));
    assert.ok(row !== undefined, bench.output());
    assert.doesNotMatch(row, /NaN|Infinity|undefined/);
    const cells = row.split('|').map((cell) => cell.trim());
    assert.ok(Number(cells[3]) > 4 && Number(cells[6]) > 5, row);
  },
);
