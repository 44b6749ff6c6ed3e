import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { html, SafeHtml } from '../../../src/http/status-page/html.ts';

describe('html', () => {
  it('escapes strings, in text and in attributes', () => {
    const hostile = `<b>&"'`;
    assert.equal(
      html`<i title="${hostile}">${hostile}</i>`.toString(),
      '<i title="&lt;b&gt;&amp;&quot;&#39;">&lt;b&gt;&amp;&quot;&#39;</i>',
    );
  });

  it('leaves markup that it made itself as it is', () => {
    const item = html`<li>${'<'}</li>`;
    assert.equal(html`<b>${item}</b>`.toString(), '<b><li>&lt;</li></b>');
  });

  it('joins lists, nested ones too, and escapes what is in them', () => {
    const list = ['<', html`<br />`, [1, ['&']]];
    assert.equal(html`${list}`.toString(), '&lt;<br />1&amp;');
  });

  it('writes nothing for null and undefined, and zero for zero', () => {
    assert.equal(html`a${null}b${undefined}c${0}`.toString(), 'abc0');
  });

  it('takes markup as it is only through SafeHtml', () => {
    assert.equal(html`${new SafeHtml('<hr>')}`.toString(), '<hr>');
    const lookalike = { toString: () => '<hr>' };
    assert.equal(html`${String(lookalike)}`.toString(), '&lt;hr&gt;');
  });

  it('never lets a string change the markup around it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const written = html`${text}`.toString();
        assert.doesNotMatch(written, /[<>"']/u);
        assert.doesNotMatch(written, /&(?!(?:amp|lt|gt|quot|#39);)/u);
      }),
    );
  });
});
