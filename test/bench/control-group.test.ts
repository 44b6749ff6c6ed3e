import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { startProcess } from '../helpers/start-process.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { createControlGroup, type Limits } from './control-group.ts';
import { createCpuCgroup } from './cpu-cgroup.ts';
import type { Program } from './programs.ts';

const NAME = `locust-exporter-test-${process.pid}`;
const SLEEPER: Program = {
  ...{ name: 'bare server', command: 'sleep' },
  ...{ args: () => ['60'], env: () => ({}) },
};
const NO_LIMITS: Limits = { controller: 'cpu', unified: {}, legacy: {} };

describe('a control group', { skip: whyThereCannotBeOne() }, () => {
  it('holds what is started in it', async () => {
    const group = createCpuCgroup(NAME, 0.25);
    try {
      const { command, args } = group.hold(SLEEPER);
      const held = await startProcess(command, args(0));
      try {
        const isIn = new RegExp(`/${NAME}$`, 'm');
        await waitUntil('it moved in', () =>
          isIn.test(readFileSync(`/proc/${held.pid}/cgroup`, 'utf8')),
        );
      } finally {
        await held.stop();
      }
    } finally {
      group.remove();
    }
  });

  it('is gone again when it cannot have its limits', () => {
    const limits = { 'cpu.no_such_file': 1 };
    for (let attempt = 0; attempt < 2; attempt++) {
      assert.throws(
        () => createControlGroup(NAME, { ...NO_LIMITS, unified: limits, legacy: limits }),
        /no control group that limits cpu.*no_such_file/,
      );
    }
  });
});

function whyThereCannotBeOne(): string | false {
  try {
    createControlGroup(NAME, NO_LIMITS).remove();
    return false;
  } catch (error) {
    return (error as Error).message;
  }
}
