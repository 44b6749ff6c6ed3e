import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { findProblems } from '../../deploy/release/find-problems.ts';
import { releaseNotes } from '../../deploy/release/release-notes.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const IMAGE = 'ghcr.io/locust-exporter/locust-exporter';
const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
};

async function copyOfProject(t: TestContext) {
  const folder = await temporaryFolder('release');
  t.after(() => folder.remove());
  const names = ['package.json', 'CHANGELOG.md', 'Dockerfile', 'README.md', 'docs', 'deploy'];
  for (const name of names) {
    cpSync(path.join(ROOT, name), path.join(folder.path, name), { recursive: true });
  }
  const edit = (file: string, from: string, to: string) => {
    const at = path.join(folder.path, file);
    const text = readFileSync(at, 'utf8');
    assert.ok(text.includes(from), `${file} lacks ${from}`);
    writeFileSync(at, text.replace(from, to));
  };
  return { project: folder.path, edit };
}

describe('a release', () => {
  it('fits this project under the tag of its version', () => {
    assert.deepEqual(findProblems(ROOT, `v${version}`, IMAGE), []);
  });

  it('is stopped by another tag, and by another name of the image', () => {
    assert.deepEqual(findProblems(ROOT, 'v99.0.0', IMAGE), [
      `package.json has version ${version}, the tag is v99.0.0`,
    ]);
    const problems = findProblems(ROOT, `v${version}`, 'ghcr.io/fork/exporter');
    const file = 'deploy/kubernetes/component/kustomization.yaml';
    assert.ok(problems.includes(`${file} has ${IMAGE}, not ghcr.io/fork/exporter`));
  });

  it('is stopped by a version that is forgotten in one place', async (t) => {
    const { project, edit } = await copyOfProject(t);
    edit('CHANGELOG.md', `## ${version}`, '## Unreleased');
    edit('Dockerfile', `image.version="${version}"`, 'image.version="0.0.1"');
    const chart = 'deploy/helm/locust-exporter/Chart.yaml';
    edit(chart, `appVersion: ${version}`, 'appVersion: 0.0.1');
    edit('docs/migrate.md', `${IMAGE}:${version}`, `${IMAGE}:0.0.1`);
    assert.deepEqual(findProblems(project, `v${version}`, IMAGE), [
      `CHANGELOG.md says nothing of ${version}`,
      `Dockerfile labels the image with another version than ${version}`,
      `Chart.yaml has another appVersion than ${version}`,
      `docs/migrate.md has ${IMAGE}:0.0.1, not ${IMAGE}:${version}`,
    ]);
  });
});

describe('the notes of a release', () => {
  const changelog =
    '# Changelog\n\nIntro.\n\n## 1.1.0 / 2030-01-02\n\n- b\n\n## 1.1.0-rc.1\n\n- a\n';

  it('are the section of its version', () => {
    assert.equal(releaseNotes(changelog, '1.1.0'), '- b');
    assert.equal(releaseNotes(changelog, '1.1.0-rc.1'), '- a');
    assert.equal(releaseNotes(changelog, '1.1'), null);
    assert.equal(releaseNotes('## 1.0.0\n\n', '1.0.0'), null);
  });
});
