import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCommandLine } from '../../src/cli/parse-command-line.ts';

const problemsOf = (...argv: string[]) => parseCommandLine(argv).problems;

const COMMANDS = 'serve, swarm, stop, reset-stats, stats, demo, companion, healthcheck';

describe('unknown arguments', () => {
  const CASES: readonly (readonly [argv: readonly string[], ...problems: string[]])[] = [
    [['--locust-ulr', 'x'], '--locust-ulr: unknown flag, did you mean --locust-url?'],
    [['--locust-ulr=x'], '--locust-ulr: unknown flag, did you mean --locust-url?'],
    [['--LOCUST_URL', 'x'], '--LOCUST_URL: unknown flag, did you mean --locust-url?'],
    [['-locust-url', 'x'], '-locust-url: unknown flag, did you mean --locust-url?'],
    [['-locust-url=x'], '-locust-url: unknown flag, did you mean --locust-url?'],
    [['stats', '--jsno'], '--jsno: unknown flag, did you mean --json?'],
    [['swarm', '--user', '5'], '--user: unknown flag, did you mean --users?'],
    [['stats', '--users', '5'], '--users: unknown flag, it belongs to swarm'],
    [
      ['--LOCUST_CLIENT_CERT_FIEL', 'x'],
      '--LOCUST_CLIENT_CERT_FIEL: unknown flag, did you mean --locust-client-cert-file?',
    ],
    [
      ['--locust-passwordsecretsecret'],
      '--locust-password…: unknown flag, did you mean --locust-password?',
    ],
    [
      ['--frob=x', 'dance'],
      `argument 2: unknown command, expected one of ${COMMANDS}`,
      '--frob: unknown flag',
    ],
    [['--frob'], '--frob: unknown flag'],
    [['-x'], '-x: unknown flag'],
    [['stat'], 'unknown command "stat", did you mean "stats"?'],
    [['sttas', '--json'], 'unknown command "sttas", did you mean "stats"?'],
    [['reset'], 'unknown command "reset", did you mean "reset-stats"?'],
    [['dance'], `argument 1: unknown command, expected one of ${COMMANDS}`],
    [['serve', 'more', 'most'], ...[2, 3].map((n) => `argument ${n}: expected no more arguments`)],
    [
      ['--locust-ulr', 'x', 'stats', '--json'],
      '--locust-ulr: unknown flag, did you mean --locust-url?',
    ],
    [['--frob', 'stats', '--json'], '--frob: unknown flag'],
    [['--version=1'], '--version: expected no value'],
    [['--locust-url'], '--locust-url: expected a value'],
  ];
  for (const [argv, ...problems] of CASES) {
    it(`are reported with a suggestion: ${argv.join(' ')}`, () => {
      assert.deepEqual(problemsOf(...argv), problems);
    });
  }

  for (const argv of [
    ['--locust-pasword', 'HUSH'],
    ['--locust-pasword=HUSH'],
    ['--locust-passwordHUSH'],
    ['--locust-passwordhush'],
    ['--locust-pasword', '--HUSH'],
    ['--locust-pasword', '--hush'],
    ['--locust-pasword', '-hush'],
    ['-locust-password', 'HUSH'],
    ['-locust-password=HUSH'],
    ['-pHUSH'],
    ['-hush'],
    ['--frob', 'HUSH'],
    ['--frob=HUSH'],
    ['--HUSH'],
    ['--=HUSH'],
    ['--', 'HUSH'],
    ['HUSH'],
    ['serve', 'HUSH'],
    ['--locust-password', 'two', 'HUSH'],
    ['--locust-tls-insecure', 'HUSH'],
    ['--version=HUSH'],
  ]) {
    it(`are not quoted where they may be a secret: ${argv.join(' ')}`, () => {
      const problems = problemsOf(...argv);
      assert.ok(problems.length > 0);
      assert.doesNotMatch(problems.join('\n'), /hush|(?:-[HUS]:)/i);
    });
  }

  it('leave the command that was meant', () => {
    assert.equal(parseCommandLine(['--frob', 'stats']).command, 'stats');
    assert.equal(parseCommandLine(['--locust-ulr', 'x', 'stop']).command, 'stop');
    assert.equal(parseCommandLine(['stat']).command, 'serve');
  });
});

describe('values', () => {
  it('may begin with a dash, or two', () => {
    const { flags, problems } = parseCommandLine([
      ...['--exclude-names', '-abc', '--include-names=-d', '--error-rewrite', '--e => f'],
      ...['--error-rewrite', '-g => h', '--locust-password', '-h', '--locust-tls-insecure=false'],
    ]);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      { ...flags },
      {
        'exclude-names': '-abc',
        'include-names': '-d',
        'error-rewrite': '--e => f\n-g => h',
        'locust-password': '-h',
        'locust-tls-insecure': 'false',
      },
    );
  });
});
