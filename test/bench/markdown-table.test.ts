import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { figure, markdownTable, mebibytes } from './markdown-table.ts';

describe('the tables of the benchmark', () => {
  it('are Markdown, numbers at the right', () => {
    const table = markdownTable<readonly [string, number]>(
      [
        { heading: 'program', cell: ([name]) => name, align: 'left' },
        { heading: 'ms', cell: ([, value]) => figure(value) },
      ],
      [
        ['a|b', 1.23456],
        ['c', 1234.5],
      ],
    );
    assert.equal(table, '| program | ms |\n| --- | ---: |\n| a\\|b | 1.23 |\n| c | 1235 |\n');
  });

  it('show three figures, and a dash for what is not a number', () => {
    const shown = [0, 0.012345, 0.5, 9.999, 12.345, 123.45, NaN, Infinity, undefined].map(figure);
    assert.deepEqual(shown, ['0', '0.0123', '0.500', '10.00', '12.3', '123', '–', '–', '–']);
    assert.equal(mebibytes(3 * 2 ** 19), '1.5');
    assert.deepEqual([undefined, NaN].map(mebibytes), ['–', '–']);
  });
});
