import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { scrapeAtPace } from './scrape-at-pace.ts';

describe('scrapers that keep their pace', () => {
  it('are spread over the interval, whatever a scrape takes', async () => {
    const timesMs: number[] = [];
    const startMs = performance.now();
    const due = [0, 100, 200, 300, 400, 500, 600, 700, 800];
    await new Promise<void>((resolve) => {
      const scrapers = scrapeAtPace(4, 400, async () => {
        timesMs.push(performance.now() - startMs);
        if (timesMs.length === due.length) resolve(scrapers.stop());
        await sleep(200);
      });
    });
    assert.equal(timesMs.length, due.length);
    for (const [index, dueMs] of due.entries()) {
      assert.ok(timesMs[index]! >= dueMs - 2, `${timesMs[index]!} instead of ${dueMs}`);
    }
    assert.ok(timesMs.at(-1)! < 1150, 'it falls behind by what a scrape takes');
  });

  it('end with the first scrape that fails', async () => {
    let scrapes = 0;
    const scrapers = scrapeAtPace(2, 50, () => {
      scrapes += 1;
      return Promise.reject(new Error('no response'));
    });
    await sleep(150);
    assert.equal(scrapes, 1);
    await assert.rejects(scrapers.stop(), /no response/);
  });
});
