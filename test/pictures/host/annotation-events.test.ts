import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnnotationQuery, DataFrame } from '@grafana/data';

import { toAnnotationEvents } from './annotation-events.ts';

const MINUTE = 60_000;

function eventsOf(annotation: object, times: number[], values: number[]) {
  const frame = { fields: [{ values: times }, { values }] } as unknown as DataFrame;
  const query = { name: 'A', ...annotation } as AnnotationQuery;
  return toAnnotationEvents(query, [frame]).map(({ time, timeEnd }) => [time, timeEnd]);
}

describe('the events of an annotation', () => {
  it('are where a value is above 0', () => {
    const times = [0, 2 * MINUTE, 4 * MINUTE, 6 * MINUTE];
    assert.deepEqual(eventsOf({}, times, [0, 1, -1, 0.5]), [
      [2 * MINUTE, 2 * MINUTE],
      [6 * MINUTE, 6 * MINUTE],
    ]);
  });

  it('are one as long as no two points are more than a minute apart', () => {
    const times = [0, MINUTE, 2 * MINUTE, 3 * MINUTE + 1];
    assert.deepEqual(eventsOf({}, times, [1, 1, 1, 1]), [
      [0, 2 * MINUTE],
      [3 * MINUTE + 1, 3 * MINUTE + 1],
    ]);
  });

  it('are at the values themselves where these are times', () => {
    const values = [1000.9, 1000.9, 5 * MINUTE];
    assert.deepEqual(eventsOf({ useValueForTime: true }, [1, 2, 3], values), [
      [1000, 1000],
      [5 * MINUTE, 5 * MINUTE],
    ]);
  });
});
