import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LocustError, toLocustError } from '../../../src/locust/errors.ts';
import { toBodyError, toTransportError } from '../../../src/locust/client/transport-error.ts';

const target = new URL('http://locust:8089/x/stats/requests');

describe('what a request throws', () => {
  const failed = (code: string, message = 'secret detail') =>
    toTransportError(Object.assign(new Error(message), { code }), target);

  it('is explained by its code', () => {
    const hints = {
      ECONNREFUSED: /is Locust running/,
      ENOTFOUND: /check LOCUST_URL/,
      EAI_AGAIN: /check LOCUST_URL/,
      ECONNRESET: /https/,
      UND_ERR_SOCKET: /connection closed; .* https/,
      ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: /only HTTP\/2 .* speaks HTTP\/1\.1/,
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

  it('tells what stands there instead of HTTP/1.1', () => {
    const parsed = (data?: string) =>
      toTransportError(
        Object.assign(new Error('Expected HTTP/'), { name: 'HTTPParserError', data }),
        target,
      ).message;
    assert.match(parsed('\0\0\x12\x04\0\0\0\0\0\0\x03'), /only HTTP\/2 is offered/);
    assert.match(parsed('\0\0\0\x04\x01\0\0\0\0'), /only HTTP\/2 is offered/);
    assert.match(parsed('\x15\x03\x01\0\x02\x02\x46'), /speaks TLS; .*https$/);
    assert.match(parsed('\x16\x03\x01\0'), /speaks TLS/);
    for (const other of ['SSH-2.0', 'x\x03\x01', '\x15\x04', '\0\0\x12\x05\0\0\0\0\0', undefined]) {
      assert.match(parsed(other), /: Expected HTTP\/$/);
    }
  });

  it('tells of a response that began', () => {
    const closed = (message: string, bytesRead?: number) =>
      toTransportError(
        Object.assign(new Error(message), { code: 'UND_ERR_SOCKET', socket: { bytesRead } }),
        target,
      ).message;
    assert.match(closed('other side closed', 9), /broke its response off/);
    assert.match(closed('other side closed', 0), /connection closed/);
    assert.match(closed('bad response', 25), /sent 100 Continue/);
  });

  it('is a timeout when the deadline passed', () => {
    for (const name of ['TimeoutError', 'AbortError']) {
      const error = toTransportError(new DOMException('late', name), target);
      assert.equal(error.code, 'timeout');
      assert.equal(toBodyError(new DOMException('late', name), target).code, 'timeout');
    }
  });

  it('stays when it is a LocustError already, and is internal elsewhere', () => {
    const error = new LocustError('too_large', 'x');
    assert.equal(toBodyError(error, target), error);
    assert.equal(toTransportError(error, target), error);
    assert.equal(toLocustError(error), error);
    assert.equal(toLocustError(new TypeError('bug')).code, 'internal');
    assert.equal(toLocustError('bug').message, 'unexpected error: bug');
  });
});

describe('what fails in the middle of a response', () => {
  const failed = (name: string, code?: string, message = 'why') =>
    toBodyError(Object.assign(new Error(message), { name, code }), target);

  it('says that it broke off, and nothing of TLS', () => {
    for (const error of [
      failed('SocketError', 'UND_ERR_SOCKET'),
      failed('Error', 'ECONNRESET'),
      failed('ResponseContentLengthMismatchError', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'),
      failed('HTTPParserError', undefined, 'Invalid EOF state'),
    ]) {
      assert.equal(error.code, 'connect');
      assert.match(error.message, /^http:\/\/locust:8089 broke its response off before the end/);
      assert.doesNotMatch(error.message, /tls|https/);
    }
  });

  it('may be no HTTP', () => {
    const error = failed('HTTPParserError');
    assert.equal(error.code, 'connect');
    assert.match(error.message, /not valid HTTP\/1\.1: why$/);
  });
});
