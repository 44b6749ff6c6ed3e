import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseGrouping } from '../../src/config/parse-values.ts';

describe('a grouping', () => {
  it('is labels with values', () => {
    assert.deepEqual(parseGrouping(''), {});
    assert.deepEqual(parseGrouping(' instance = a/b c=d , run=7,'), {
      instance: 'a/b c=d',
      run: '7',
    });
  });

  for (const text of ['run', 'run=', 'run= ', '=7', 'job=a', '7run=1', 'a-b=1', '__name__=a']) {
    it(`is not "${text}"`, () => {
      assert.throws(() => parseGrouping(text), {
        message: 'expected labels other than job, with a value, such as instance=a,run=7',
      });
    });
  }

  it('has each label once', () => {
    assert.throws(() => parseGrouping('run=7,run=8'), { message: 'expected the label run once' });
  });
});
