import { looksEscaped } from '../../src/locust/report/version-quirks.ts';
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { unescapeHtml } from '../../src/locust/text.ts';

/** What Python's html.escape does. */
function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#x27;');
}

it('unescaping undoes escaping, once', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom('&', 'amp;', '#x27;', '<', "'", 'lt;')).map((parts) => parts.join('')),
  );
  fc.assert(fc.property(text, (original) => unescapeHtml(escape(original)) === original));
  assert.equal(unescapeHtml('&amp;lt;'), '&lt;');
});

it('each character that Python escapes has its own entity', () => {
  const characters = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#x27;': "'" };
  for (const [entity, character] of Object.entries(characters)) {
    assert.equal(unescapeHtml(`a${entity}${entity}b`), `a${character}${character}b`);
  }
});

it('other entities stay', () => {
  assert.equal(unescapeHtml('&nbsp; &#39; &AMP; &amp &'), '&nbsp; &#39; &AMP; &amp &');
});

it('rows look escaped when all of them can be and one has to be', () => {
  const looks = (...texts: string[]) =>
    looksEscaped(
      texts.map((error) => ({ name: '/', error })),
      [],
    );
  assert.equal(looks('E(&#x27;a&#x27;)', 'plain'), true);
  assert.equal(looks('plain'), false);
  assert.equal(looks('E(&#x27;a&#x27;)', "E('b')"), false);
  assert.equal(looks('a &amp; b', 'a & b'), false);
});

it('an endpoint that has the name as it is proves that names are not escaped', () => {
  const errors = [{ name: '/a&amp;b', error: 'x' }];
  assert.equal(looksEscaped(errors, [{ name: '/a&amp;b' }]), false);
  assert.equal(looksEscaped(errors, [{ name: '/a&b' }]), true);
  assert.equal(looksEscaped(errors, [{ name: '/' }, { name: '/a&amp;b' }, { name: '' }]), false);
  assert.equal(looksEscaped([null, 5, ['a', 1]], []), false);
});
