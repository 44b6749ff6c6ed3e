import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BadStatus, TooLate, toPushProblem } from '../../src/push/request-gateway.ts';

const problemOf = (thrown: unknown, ...secrets: string[]) => toPushProblem(thrown, secrets);

describe('why a push failed', () => {
  it('is told for everything that can be thrown', () => {
    const refused = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
    const silent = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    const cases: [unknown, string, string][] = [
      [new TooLate('the Pushgateway'), 'timeout', 'the Pushgateway did not answer in time'],
      [new BadStatus(302, ''), 'status 302', 'the Pushgateway answered 302'],
      [refused, 'ECONNREFUSED', 'connect refused'],
      [silent, 'ECONNREFUSED', 'ECONNREFUSED'],
      [new RangeError('bug'), 'RangeError', 'bug'],
      ['just text', 'unknown', 'just text'],
      [undefined, 'unknown', 'undefined'],
      [new BadStatus(400, 'bad\nbody'), 'status 400', 'the Pushgateway answered 400: bad body'],
      [new BadStatus(500, '\n '), 'status 500', 'the Pushgateway answered 500'],
      [
        Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
        'ECONNRESET',
        'the Pushgateway closed the connection too early',
      ],
    ];
    for (const [thrown, code, reason] of cases)
      assert.deepEqual(problemOf(thrown), { code, reason });
  });

  it('is one line of 300 characters at most', () => {
    const { reason } = problemOf(new Error(`a\r\n\t\u0000b${'x'.repeat(1000)}`));
    assert.equal(reason, `a b${'x'.repeat(297)}`);
  });

  it('shows no secret, wherever it stands and however often', () => {
    const { reason } = problemOf(
      new Error('s3cret at s3cret, longer-s3cret'),
      'longer-s3cret',
      's3cret',
    );
    assert.equal(reason, '*** at ***, ***');
  });
});
