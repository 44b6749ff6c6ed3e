import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { substituteVariables } from '../../helpers/dashboard-queries.ts';
import { formatVariable } from './format-variable.ts';

describe('a variable in a query of a picture', () => {
  for (const value of [
    '/a',
    '/search?q="x"&s=1',
    'a\\b',
    '/[id]|{x}^$',
    ['/a'],
    ['/a.b', '/(c)'],
  ]) {
    it(`is as in the tests of the queries: ${JSON.stringify(value)}`, () => {
      const isMulti = Array.isArray(value);
      const formatted = formatVariable(value, { multi: isMulti });
      assert.equal(formatted, substituteVariables('$value', { value }));
    });
  }

  it('is a regular expression where all can be chosen', () => {
    assert.equal(formatVariable('a.b', { includeAll: true }), 'a\\\\.b');
    assert.equal(formatVariable('a.b', { includeAll: false }), 'a.b');
  });
});
