import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isFromAnotherSite } from '../../src/http/server.ts';

const HOST = 'exporter.example:9646';

const OURS: readonly (readonly [string, Record<string, string>])[] = [
  ['curl, wget and the kubelet', {}],
  ['the address bar', { 'sec-fetch-site': 'none' }],
  ['our own page', { 'sec-fetch-site': 'same-origin', origin: `http://${HOST}` }],
  ['our own page behind a proxy', { 'sec-fetch-site': 'same-origin', origin: 'https://public' }],
  ['our own page over plain HTTP', { origin: `http://${HOST}` }],
  ['our own page, in capitals', { origin: `http://${HOST.toUpperCase()}` }],
  ['a link of our own page', { referer: `http://${HOST}/?a` }],
  ['our own page on the port of its scheme', { origin: 'https://a', host: 'a' }],
];

const FOREIGN: readonly (readonly [string, Record<string, string>])[] = [
  ['another site', { 'sec-fetch-site': 'cross-site' }],
  ['another port of this machine', { 'sec-fetch-site': 'same-site' }],
  ['a value of later browsers', { 'sec-fetch-site': 'unheard-of' }],
  ['another site that says so', { 'sec-fetch-site': 'cross-site', origin: `http://${HOST}` }],
  ['another origin', { origin: 'http://evil.example' }],
  ['another port', { origin: 'http://exporter.example:3000' }],
  ['a name that begins as ours', { origin: `http://${HOST}.evil.example` }],
  ['a sandboxed frame or a file', { origin: 'null' }],
  ['nothing that is an origin', { origin: '' }],
  ['an image of another page', { referer: 'http://evil.example/page' }],
  ['a page that names us elsewhere', { referer: `http://evil.example/?http://${HOST}` }],
  ['our origin with a foreign page', { origin: `http://${HOST}`, referer: 'http://evil.example/' }],
];

describe('a request', () => {
  for (const [who, headers] of OURS) {
    it(`of ${who} is not from another site`, () => {
      assert.equal(isFromAnotherSite({ host: HOST, ...headers }), false);
    });
  }
  for (const [who, headers] of FOREIGN) {
    it(`of ${who} is from another site`, () => {
      assert.equal(isFromAnotherSite({ host: HOST, ...headers }), true);
    });
  }
  it('without a host is foreign when it names a page', () => {
    assert.equal(isFromAnotherSite({ origin: 'null' }), true);
    assert.equal(isFromAnotherSite({}), false);
  });
});
