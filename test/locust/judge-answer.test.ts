import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toLocustError, type LocustError } from '../../src/locust/errors.ts';
import { checkAnswer, toTransportError } from '../../src/locust/judge-answer.ts';
import { readFixture } from './samples.ts';

const target = new URL('http://locust:8089/x/stats/requests');

function judge(status: number, body = '', location?: string): LocustError | null {
  try {
    checkAnswer({ status, headers: location === undefined ? {} : { location }, body }, target);
    return null;
  } catch (error) {
    return error as LocustError;
  }
}

describe('an answer', () => {
  it('is good with status 2xx', () => {
    assert.equal(judge(200, '{}'), null);
    assert.equal(judge(204), null);
  });

  it('of another status is an error', () => {
    for (const status of [404, 405, 500, 502]) {
      const error = judge(status);
      assert.deepEqual([error?.code, error?.status], ['http_status', status]);
      assert.match(String(error?.message), new RegExp(`status ${status}`));
    }
  });

  it('may ask for a login', () => {
    const folder = 'locust-2.46.3/web-login';
    const pages = [
      judge(401),
      judge(403),
      judge(302, '', '/login?next=%2Fstats%2Frequests'),
      judge(302, '', 'https://other/x/login/'),
      judge(200, readFixture(`${folder}-not-configured.stats-requests.txt`)),
      judge(200, `\n<html>${readFixture(`${folder}-login-page-excerpt.html`)}`),
    ];
    for (const error of pages) assert.equal(error?.code, 'auth_required');
    assert.match(String(judge(401)?.message), /check LOCUST_USERNAME and LOCUST_PASSWORD$/);
    for (const page of [pages[2], pages[3], pages[5]]) {
      assert.match(
        String(page?.message),
        /LOCUST_LOGIN_PATH, LOCUST_USERNAME and LOCUST_PASSWORD$/,
      );
    }
  });

  it('that only speaks of the login page is good', () => {
    assert.equal(judge(200, '{"stats": [{"name": "window.authArgs"}]}'), null);
  });

  it('that redirects elsewhere tells where, without secrets', () => {
    const error = judge(308, '', 'http://user:pass@host/x/?token=1');
    assert.equal(error?.code, 'http_status');
    assert.match(error.message, /redirect to http:\/\/host\/x\/;/);
    assert.match(String(judge(301)?.message), /redirect to/);
    assert.match(String(judge(301, '', 'http://[')?.message), /redirect to nowhere/);
  });
});

describe('what a request throws', () => {
  const failed = (code: string, message = 'secret detail') =>
    toTransportError(Object.assign(new Error(message), { code }), target);

  it('is explained by its code', () => {
    const hints = {
      ECONNREFUSED: /is Locust running/,
      ENOTFOUND: /check LOCUST_URL/,
      EAI_AGAIN: /check LOCUST_URL/,
      ECONNRESET: /https/,
      UND_ERR_SOCKET: /https/,
    };
    for (const [code, hint] of Object.entries(hints)) {
      assert.equal(failed(code).code, 'connect');
      assert.match(failed(code).message, hint);
      assert.match(failed(code).message, /^cannot reach http:\/\/locust:8089: /);
    }
  });

  it('keeps the message of a code without a hint', () => {
    assert.match(failed('CERT_REVOKED', 'certificate revoked').message, /: certificate revoked$/);
    assert.match(failed('EPROTO', '').message, /: EPROTO$/);
    const many = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    assert.match(toTransportError(many, target).message, /refused/);
    assert.match(toTransportError('text', target).message, /: text$/);
  });

  it('is a timeout when the deadline passed', () => {
    for (const name of ['TimeoutError', 'AbortError']) {
      const error = toTransportError(new DOMException('late', name), target);
      assert.equal(error.code, 'timeout');
    }
  });

  it('stays when it is a LocustError already, and is internal elsewhere', () => {
    const error = judge(500);
    assert.equal(toTransportError(error, target), error);
    assert.equal(toLocustError(error), error);
    assert.equal(toLocustError(new TypeError('bug')).code, 'internal');
    assert.equal(toLocustError('bug').message, 'unexpected error: bug');
  });
});
