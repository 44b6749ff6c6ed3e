import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { decompress } from '../../../src/locust/client/decompress.ts';

const TEXT = Buffer.from(`{"a": "${'b'.repeat(500)}"}`);
const MIB = 2 ** 20;

const unpack = (
  body: Buffer,
  encoding: string | undefined,
  maxBytes = 1000,
  signal = AbortSignal.timeout(5000),
) => decompress(body, encoding, { maxBytes, signal, quote: (text) => `<${text}>` });

const ENCODERS = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['GZip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
] as const;

describe('a compressed answer', () => {
  it('is unpacked', async () => {
    for (const [encoding, encode] of ENCODERS) {
      assert.deepEqual(await unpack(encode(TEXT), encoding), TEXT, encoding);
    }
    const twice = brotliCompressSync(gzipSync(TEXT));
    assert.deepEqual(await unpack(twice, 'identity, gzip , br'), TEXT);
    const thrice = deflateSync(twice);
    assert.deepEqual(await unpack(thrice, 'gzip, br, deflate'), TEXT);
  });

  it('is left as it is where it is not compressed', async () => {
    for (const encoding of [undefined, '', 'identity', ' , Identity']) {
      assert.equal(await unpack(TEXT, encoding), TEXT);
    }
    const empty = Buffer.alloc(0);
    assert.equal(await unpack(empty, 'gzip'), empty);
  });

  it('may be as large as the limit when unpacked, and no larger', async () => {
    for (const [encoding, encode] of ENCODERS) {
      assert.equal((await unpack(encode(TEXT), encoding, TEXT.length)).length, TEXT.length);
      await assert.rejects(unpack(encode(TEXT), encoding, TEXT.length - 1), {
        code: 'too_large',
        message: new RegExp(`larger than ${TEXT.length - 1} bytes`),
      });
    }
  });

  it('that is a bomb takes neither memory nor time', async () => {
    const zeros = Buffer.alloc(256 * MIB);
    for (const [encoding, encode] of [
      ['gzip', gzipSync],
      ['br', (body: Buffer) => brotliCompressSync(body, { params: QUICK })],
      ['zstd', zstdCompressSync],
    ] as const) {
      const bomb = encode(zeros);
      const startMs = performance.now();
      await assert.rejects(unpack(bomb, encoding, MIB), { code: 'too_large' });
      assert.ok(performance.now() - startMs < 500, encoding);
    }
  });

  it('that wants a window larger than the web allows is refused', async () => {
    const params = { [constants.ZSTD_c_windowLog]: 25, [constants.ZSTD_c_contentSizeFlag]: 0 };
    const wide = zstdCompressSync(randomBytes(16 * MIB), { params });
    await assert.rejects(unpack(wide, 'zstd', 64 * MIB), { code: 'not_json' });
  });

  it('that ends too early broke off', async () => {
    for (const [encoding, encode] of ENCODERS) {
      const whole = encode(TEXT);
      await assert.rejects(unpack(whole.subarray(0, -4), encoding), {
        code: 'connect',
        message: /broke off/,
      });
    }
  });

  it('that is not what it says has a clear word', async () => {
    for (const encoding of ['gzip', 'br', 'zstd']) {
      await assert.rejects(unpack(TEXT, encoding), {
        code: 'not_json',
        message: /not compressed as its Content-Encoding says; turn compression off/,
      });
    }
  });

  it('in an unknown way has a clear word, in which nothing foreign stands as it came', async () => {
    for (const encoding of ['compress', 'constructor', 'gzip, lz', 'gzip,gzip,gzip,gzip']) {
      await assert.rejects(unpack(TEXT, encoding), {
        code: 'not_json',
        message: /compressed as "<[^>]+>", which the exporter cannot unpack; turn compression off/,
      });
    }
  });

  it('has to be unpacked before the deadline', async () => {
    const late = AbortSignal.abort(new DOMException('late', 'TimeoutError'));
    await assert.rejects(unpack(gzipSync(TEXT), 'gzip', 1000, late), { name: 'TimeoutError' });
  });
});

const QUICK = { [constants.BROTLI_PARAM_QUALITY]: 3 };
