import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ConfigError, loadConfig } from '../../src/config/load-config.ts';
import { parsePattern, parseRewrites } from '../../src/config/rewrites.ts';

function rewritten(rules: string, text: string): string {
  return parseRewrites(rules).reduce((result, rewrite) => rewrite(result), text);
}

describe('a rule', () => {
  const CASES: readonly (readonly [rules: string, text: string, result: string])[] = [
    ['/users/\\d+ => /users/:id', '/users/7', '/users/:id'],
    ['\\d+ => :n', '/users/7/orders/12', '/users/:n/orders/:n'],
    ['^/a => /b', '/a/a', '/b/a'],
    ['(\\w+)@(\\w+) => $2 at ${1}', 'me@home', 'home at me'],
    ['(?P<a>x)(?<b>y) => ${b}${a}', '-xy-', '-yx-'],
    ['(a)|(b) => <$1$2>', 'ab', '<a><b>'],
    ['a => [$0]', 'banana', 'b[a]n[a]n[a]'],
    ['price => $$5', 'price', '$5'],
    ['(x) => ${1}0', 'x', 'x0'],
    ['\\?.* =>', '/a?b=c', '/a'],
    ['(?i)ERROR => e', 'Error', 'e'],
    ['x* => -', 'axb', '-a-b-'],
    ['.* => all', 'anything', 'all'],
    ['^ => /', 'a', '/a'],
    ['$ => /', '', '/'],
    ['ö|😀 => o', '😀ö😀', 'ooo'],
    ['. => é', '😀', 'é'],
    ['a => b => c', 'a', 'b => c'],
    ['nothing => x', '/users/7', '/users/7'],
    ['  a  =>  b  ', 'a', 'b'],
  ];
  for (const [rules, text, result] of CASES) {
    it(`"${rules}" makes "${result}" of "${text}"`, () => {
      assert.equal(rewritten(rules, text), result);
    });
  }

  it('is applied to the result of the rule before it; blank lines are ignored', () => {
    assert.equal(rewritten('\na => b\r\n \nb => c\n', 'ab'), 'cc');
    assert.deepEqual(parseRewrites('\n \r\n'), []);
  });

  it('does with plain words what replaceAll does, at the first hundred places', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '/', '😀'), maxLength: 80 });
    fc.assert(
      fc.property(word, fc.constantFrom('a', 'ab', '/a', '😀'), (text, search) => {
        assert.equal(rewritten(`${search} => <x>`, text), text.replaceAll(search, '<x>'));
      }),
    );
    assert.equal(rewritten('a => b', 'a'.repeat(102)), `${'b'.repeat(100)}aa`);
  });
});

describe('a pattern', () => {
  it('may match anywhere, and lines and spaces around it do not count', () => {
    const matches = parsePattern(' /api/v\\d \n');
    assert.equal(matches('GET /api/v2/x'), true);
    assert.equal(matches('/api'), false);
    assert.equal(parsePattern('^/api$')('/api/v2'), false);
  });
});

describe('a pattern that makes other engines hang', () => {
  for (const source of ['(a+)+$', '^(a|a)*$', '(a*)*b', '(.*a){20}c']) {
    it(`${source} ends on 100,000 characters`, () => {
      const text = `${'a'.repeat(100_000)}!`;
      assert.equal(parsePattern(source)(text), false);
      assert.equal(rewritten(`${source} => x`, text), text);
    });
  }

  it('need not search to the end from each of its places', () => {
    const text = 'a'.repeat(50_000);
    assert.equal(rewritten('a.*b|a => ', text).length, 49_900);
  });
});

describe('what is wrong with a regex', () => {
  const LOOKAROUND = 'RE2 has no lookarounds such as (?=…) or (?<!…)';
  const BACKREFERENCE = 'RE2 has no backreferences such as \\1';
  const BAD: readonly (readonly [rule: string, problem: string])[] = [
    ['a(?=b) => x', LOOKAROUND],
    ['a(?!b) => x', LOOKAROUND],
    ['(?<=b)a => x', LOOKAROUND],
    ['(?<!b)a => x', LOOKAROUND],
    ['(a)\\1 => x', BACKREFERENCE],
    ['(?P<n>a)(?P=n) => x', BACKREFERENCE],
    ['(?<n>a)\\k<n> => x', BACKREFERENCE],
    ['(a => x', 'expected a regex as RE2 has it: missing closing ): `(a`'],
    ['a{1001} => x', 'expected a regex as RE2 has it: invalid repeat count: `{1001}`'],
    ['/users', 'expected "regex => replacement"'],
    ['=> x', 'expected "regex => replacement"'],
    ['a=>b', 'expected "regex => replacement"'],
    ['(a) => $2', 'the regex has no group 2'],
    ['(a) => ${b}', 'the regex has no group b'],
    ['(a) => ${toString}', 'the regex has no group toString'],
    ['a => 5$', 'expected $1, ${1}, ${name} or $$ where the replacement has a $'],
    ['(?<b>a) => $b', 'expected $1, ${1}, ${name} or $$ where the replacement has a $'],
  ];
  for (const [rule, problem] of BAD) {
    it(`is reported with its line: ${rule}`, () => {
      assert.throws(() => parseRewrites(`ok => x\n\n${rule}\n`), { message: `line 3: ${problem}` });
    });
  }

  it('is reported with its setting, in one line', async () => {
    await assert.rejects(
      loadConfig(
        { NAME_REWRITE: 'a => b\n(c => d', INCLUDE_NAMES: '(?!x)', EXCLUDE_NAMES: 'a\nb' },
        { 'error-rewrite': 'oops' },
      ),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.deepEqual(error.problems, [
          'NAME_REWRITE: line 2: expected a regex as RE2 has it: missing closing ): `(c`, got "a => b\\n(c => d"',
          `INCLUDE_NAMES: ${LOOKAROUND}, got "(?!x)"`,
          'EXCLUDE_NAMES: expected one regex, in one line, got "a\\nb"',
          '--error-rewrite: line 1: expected "regex => replacement", got "oops"',
        ]);
        return true;
      },
    );
    assert.throws(() => parsePattern(' '), { message: 'expected a regex' });
  });
});
