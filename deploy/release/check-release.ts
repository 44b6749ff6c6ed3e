// Prints the notes of a release, or what is wrong with it: check-release.ts TAG IMAGE
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProblems } from './find-problems.ts';
import { releaseNotes } from './release-notes.ts';

const PROJECT = join(import.meta.dirname, '../..');

const [tag = '', image = ''] = process.argv.slice(2);
const problems = findProblems(PROJECT, tag, image);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else {
  console.log(releaseNotes(readFileSync(join(PROJECT, 'CHANGELOG.md'), 'utf8'), tag.slice(1)));
}
