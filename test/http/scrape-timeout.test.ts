import assert from 'node:assert/strict';
import { it } from 'node:test';
import { scrapeTimeoutMs } from '../../src/http/negotiate.ts';

it('half a second is kept of a long timeout, a fifth of a short one', () => {
  const expected = { '10': 9500, '2.5': 2000, '2': 1600, '1': 800, '0.9': 720, '0.001': 0.8 };
  for (const [header, ms] of Object.entries(expected)) {
    const got = scrapeTimeoutMs(header);
    assert.ok(Math.abs(got - ms) < 1e-9, `${header}: ${got}`);
  }
});

it('an invalid timeout is ignored', () => {
  for (const header of [undefined, '', ' ', '0', '-1', 'NaN', 'soon', '10s', '1,2', 'Infinity']) {
    assert.equal(scrapeTimeoutMs(header), Infinity, header);
  }
});

it('a timeout is never longer than announced, and never nothing', () => {
  for (let seconds = 0.01; seconds < 1000; seconds *= 1.1) {
    const ms = scrapeTimeoutMs(String(seconds));
    assert.ok(ms > 0 && ms < seconds * 1000, `${seconds}: ${ms}`);
  }
});
