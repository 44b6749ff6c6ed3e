import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseNotes } from './release-notes.ts';

const MENTIONS = ['README.md', 'docs/*.md', 'deploy/**/*.{yaml,yml}', 'deploy/**/*.md'];

/** @returns the problems that prevent a release of the project with this tag and image name. */
export function findProblems(project: string, tag: string, image: string): string[] {
  const read = (file: string) => readFileSync(join(project, file), 'utf8');
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const problems: string[] = [];
  if (tag !== `v${version}`)
    problems.push(`package.json has version ${version}, the tag is ${tag}`);
  if (releaseNotes(read('CHANGELOG.md'), version) === null) {
    problems.push(`CHANGELOG.md says nothing of ${version}`);
  }
  if (!read('Dockerfile').includes(`org.opencontainers.image.version="${version}"`)) {
    problems.push(`Dockerfile labels the image with another version than ${version}`);
  }
  const chart = read('deploy/helm/locust-exporter/Chart.yaml');
  for (const field of ['version', 'appVersion']) {
    if (!chart.split('\n').includes(`${field}: ${version}`)) {
      problems.push(`Chart.yaml has another ${field} than ${version}`);
    }
  }
  const registry = image.split('/')[0] ?? '';
  // A Helm chart has a name of the same form, after oci://.
  const name = new RegExp(
    `(?<!oci://)\\b${registry.replaceAll('.', '\\.')}(?:/[\\w.-]+)+(?::([\\w.-]*\\w))?`,
    'g',
  );
  for (const file of MENTIONS.flatMap((pattern) => globSync(pattern, { cwd: project })).sort()) {
    for (const [mention, mentioned] of read(file).matchAll(name)) {
      const expected = mentioned === undefined ? image : `${image}:${version}`;
      if (mention !== expected) problems.push(`${file} has ${mention}, not ${expected}`);
    }
  }
  return [...new Set(problems)];
}
