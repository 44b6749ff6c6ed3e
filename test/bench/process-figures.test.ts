import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  parseProcessMemory,
  parseProcessTimes,
  parseScheduledSeconds,
  readCpuSeconds,
  readProcessMemory,
} from './process-figures.ts';

describe('the figures of a process', () => {
  it('are read after the name, whatever that holds', () => {
    const stat = '12 (no de) (x) S 1 12 12 0 -1 4194560 9000 0 37 0 150 25 0 0 20 0 11 0 88 1 2 3';
    assert.deepEqual(parseProcessTimes(stat), { cpuSeconds: 1.75, majorFaults: 37 });
  });

  it('are bytes where the kernel says kB', () => {
    const status = 'Name:\tnode\nVmHWM:\t  90 kB\nVmRSS:\t  80 kB\nRssAnon:\t  30 kB\n';
    const [peakRssBytes, rssBytes, rssAnonBytes] = [90 * 1024, 80 * 1024, 30 * 1024];
    assert.deepEqual(parseProcessMemory(status), { rssBytes, rssAnonBytes, peakRssBytes });
    assert.ok(Number.isNaN(parseProcessMemory('Name:\tnode\n').rssBytes));
  });

  it('are seconds where the kernel counts nanoseconds', () => {
    assert.equal(parseScheduledSeconds('1500000000 33 7\n'), 1.5);
    assert.ok(Number.isNaN(parseScheduledSeconds('')));
  });

  it('are those of a living process', { skip: process.platform !== 'linux' && 'no /proc' }, () => {
    const { rssBytes, rssAnonBytes } = readProcessMemory(process.pid);
    assert.ok(rssAnonBytes > 2 ** 20 && rssBytes > rssAnonBytes);
    const before = readCpuSeconds(process.pid);
    assert.ok(before > 0.01 && readCpuSeconds(process.pid) >= before);
  });
});
