import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import GithubSlugger from 'github-slugger';
import { lexer, walkTokens, type Token } from 'marked';

const ROOT = path.join(import.meta.dirname, '../..');
const PAGES = globSync(['*.md', 'docs/**/*.md', 'deploy/**/*.md'], { cwd: ROOT }).sort();
const ELSEWHERE = globSync('{src,deploy}/**/*.{ts,json,yml,yaml}', { cwd: ROOT }).sort();
const REPOSITORY = 'https://github.com/locust-exporter/locust-exporter';

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

function tokensOf(text: string): Token[] {
  const found: Token[] = [];
  void walkTokens(lexer(text), (token) => {
    found.push(token);
  });
  return found;
}

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(text: string): string[] {
  const slugger = new GithubSlugger();
  return tokensOf(text).flatMap((token) =>
    token.type === 'heading' ? [slugger.slug(String(token.text))] : [],
  );
}

const linksOf = (text: string) =>
  tokensOf(text).flatMap((token) =>
    token.type === 'link' || token.type === 'image' ? [String(token.href)] : [],
  );

/** @returns why the link leads nowhere, or undefined. */
function problemOf(link: string, page: string, textOf: (page: string) => string = read) {
  const [to = '', anchor] = decodeURI(link).split('#');
  const target = to === '' ? page : path.normalize(path.join(path.dirname(page), to));
  if (target.startsWith('..') || !existsSync(path.join(ROOT, target))) return `no ${target}`;
  if (anchor === undefined) return undefined;
  return anchorsOf(textOf(target)).includes(anchor) ? undefined : `no #${anchor} in ${target}`;
}

describe('the documents', () => {
  for (const page of PAGES) {
    it(`${page} links to what is there`, () => {
      const links = linksOf(read(page)).filter((link) => !/^https?:/.test(link));
      for (const link of links) assert.equal(problemOf(link, page), undefined, link);
    });

    it(`${page} names scripts that there are`, () => {
      const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
      for (const [, name] of read(page).matchAll(/npm run ([\w:-]*\w)/g)) {
        assert.ok(Object.hasOwn(scripts, name!), name);
      }
    });

    it(`${page} names files that there are`, () => {
      for (const [, file] of read(page).matchAll(/`((?:deploy|docs|src|test)\/[^`\s]*)`/g)) {
        assert.ok(globSync(file!, { cwd: ROOT }).length > 0, file);
      }
    });
  }

  it('are all reached from README.md', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const link of linksOf(read(page)).filter((one) => /\.md(#|$)/.test(one))) {
        if (/^https?:/.test(link)) continue;
        reached.add(path.normalize(path.join(path.dirname(page), link.split('#')[0]!)));
      }
    }
    assert.deepEqual([...reached].sort(), PAGES);
  });

  it('are there where the program and its alerts lead to', () => {
    const links = ELSEWHERE.flatMap((file) =>
      Array.from(
        read(file).matchAll(new RegExp(`${REPOSITORY}(?:/blob/main/([\\w./-]+))?(#[\\w-]+)?`, 'g')),
        ([, page, anchor = '']) => [file, page, anchor] as const,
      ),
    );
    assert.ok(links.length > 1);
    for (const [file, page, anchor] of links) {
      // What GitHub itself calls the README on the page of the repository.
      if (page === undefined && anchor === '#readme') continue;
      assert.equal(problemOf((page ?? 'README.md') + anchor, ''), undefined, file);
    }
  });
});

describe('what these tests look for', () => {
  it('is found: pages and headings that are not there', () => {
    const text = () => '# A `b_c`: d\n\n```sh\n# no heading\n```\n\n## Twice\n\n## Twice\n';
    for (const link of ['#a-b_c-d', '#twice-1', 'README.md#twice', 'docs/']) {
      assert.equal(problemOf(link, 'CHANGELOG.md', text), undefined, link);
    }
    for (const link of ['#no-heading', '#twice-2', 'docs/README.md', '../README.md']) {
      assert.notEqual(problemOf(link, 'CHANGELOG.md', text), undefined, link);
    }
  });

  it('is found: links of every kind', () => {
    const text =
      '- [a](b.md) ![c](d.png) `[e](f.md)`\n\n| [g](h.md#i) |\n| --- |\n| [![j](k.png)](l.png) |\n';
    assert.deepEqual(linksOf(text), ['b.md', 'd.png', 'h.md#i', 'l.png', 'k.png']);
  });
});
