import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LocustError } from '../../../src/locust/errors.ts';
import { checkResponse } from '../../../src/locust/client/check-response.ts';
import { createQuote } from '../../../src/locust/client/quote.ts';
import { readFixture } from '../samples.ts';

const quote = createQuote({ secrets: () => ['hunter2'], shown: '' });
const target = new URL('http://locust:8089/x/stats/requests');

function judge(status: number, body = '', location?: string): LocustError | null {
  try {
    const headers = location === undefined ? {} : { location };
    checkResponse({ status, headers, body: Buffer.from(body) }, target, quote);
    return null;
  } catch (error) {
    return error as LocustError;
  }
}

describe('a response', () => {
  it('is good with status 2xx', () => {
    assert.equal(judge(200, '{}'), null);
    assert.equal(judge(203, '{}'), null);
    for (const status of [300, 399]) assert.match(String(judge(status)?.message), /redirect/);
    assert.doesNotMatch(String(judge(400)?.message), /redirect/);
  });

  it('of another status is an error', () => {
    for (const status of [404, 405, 500, 502]) {
      const error = judge(status);
      assert.deepEqual([error?.code, error?.status], ['http_status', status]);
      assert.match(String(error?.message), new RegExp(`status ${status}`));
    }
  });

  it('of another status is told with its words', () => {
    const words = "'<' not supported between instances of 'str' and 'NoneType'";
    assert.equal(
      judge(500, words)?.message,
      `http://locust:8089/x/stats/requests answered with status 500: ${words}`,
    );
    assert.equal(
      judge(500)?.message,
      'http://locust:8089/x/stats/requests answered with status 500',
    );
    const page = '<html><head><title>502 Bad Gateway</title></head><body></body></html>';
    assert.match(String(judge(502, page)?.message), /status 502: 502 Bad Gateway$/);
    assert.doesNotMatch(String(judge(500, 'for me:hunter2')?.message), /hunter2|for me/);
  });

  it('without a report has a clear word', () => {
    for (const [status, word] of [
      [204, /status 204, which has no body/],
      [205, /status 205, which has no body/],
      [206, /status 206, which is only a part/],
      [304, /status 304, .* turn the cache off .* If-None-Match/],
    ] as const) {
      const error = judge(status);
      assert.deepEqual([error?.code, error?.status], ['http_status', status]);
      assert.match(String(error?.message), word);
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
    for (const nowhere of ['http://[', 'javascript:alert(1)', 'data:,x']) {
      assert.match(String(judge(301, '', nowhere)?.message), /redirect to nowhere;/);
    }
    assert.match(String(judge(301)?.message), /redirect to nowhere;/);
  });

  it('that redirects to an echo of a secret does not tell where', () => {
    for (const location of ['/hunter2', '/a/%68unter2/', 'http://hunter2.example/', '/a?hunter2']) {
      const message = String(judge(302, '', location)?.message);
      assert.doesNotMatch(message, /hunter2|68unter/);
      assert.match(message, /status 302, a redirect to/);
    }
    assert.match(String(judge(302, '', '/hunter2')?.message), /another place \(not shown/);
    assert.ok(String(judge(302, '', `/${'x'.repeat(5000)}`)?.message).length < 400);
  });
});
