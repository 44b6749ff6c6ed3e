import { readFileSync } from 'node:fs';

/** What a file of src/ has to have of its lines and of its branches, in percent. */
export interface Floor {
  readonly lines: number;
  readonly branches: number;
}

export interface FileCoverage extends Floor {
  readonly file: string;
}

/** Branches are few in a small file, where one of four is a quarter. */
const FLOOR: Floor = { lines: 95, branches: 70 };

const TRIED_AS_BUILT = 'tried by the tests of the built program, whose coverage is not measured';

/** Files that are allowed less, each with the reason. */
const EXCEPTIONS: Readonly<Record<string, Floor & { readonly why: string }>> = {
  'src/bin.ts': { lines: 75, branches: 30, why: 'refuses a Node.js older than the tests run on' },
  'src/build-info.ts': { lines: 95, branches: 50, why: 'a revision is only beside a build' },
  'src/main.ts': { lines: 95, branches: 60, why: TRIED_AS_BUILT },
  'src/serve.ts': { lines: 95, branches: 45, why: TRIED_AS_BUILT },
  'src/connect.ts': { lines: 95, branches: 60, why: TRIED_AS_BUILT },
  'src/exit-process.ts': { lines: 75, branches: 60, why: TRIED_AS_BUILT },
  'src/logger.ts': { lines: 85, branches: 70, why: TRIED_AS_BUILT },
  'src/signals.ts': { lines: 90, branches: 70, why: TRIED_AS_BUILT },
  'src/cli/print-output.ts': { lines: 90, branches: 70, why: TRIED_AS_BUILT },
  'src/cli/demo.ts': { lines: 90, branches: 25, why: 'what goes wrong at its start is rare' },
  'src/config/certificates.ts': {
    ...{ lines: 85, branches: 70, why: 'only some builds of OpenSSL refuse a key so late' },
  },
};

/** An exception goes when its file is better than the floor by so much, since runs differ. */
const MARGIN = 10;

/** Reads a report in lcov's format, as `--test-reporter=lcov` writes it. */
export function parseLcov(text: string): FileCoverage[] {
  return text
    .split('end_of_record')
    .filter((record) => record.includes('SF:'))
    .map((record) => ({
      file: /^SF:(.*)$/m.exec(record)?.[1] ?? '',
      lines: percentOf(record, 'LH', 'LF'),
      branches: percentOf(record, 'BRH', 'BRF'),
    }));
}

function percentOf(record: string, hit: string, found: string): number {
  const count = (key: string) => Number(new RegExp(`^${key}:(\\d+)$`, 'm').exec(record)?.[1] ?? 0);
  return count(found) === 0 ? 100 : (100 * count(hit)) / count(found);
}

/** @returns what is wrong, a line each; also an exception that nothing needs. */
export function coverageProblems(
  files: readonly FileCoverage[],
  floor: Floor = FLOOR,
  exceptions: Readonly<Record<string, Floor>> = EXCEPTIONS,
): string[] {
  const problems = files.flatMap((one) => {
    const { file } = one;
    const wanted = exceptions[file] ?? floor;
    return (['lines', 'branches'] as const)
      .filter((kind) => one[kind] < wanted[kind])
      .map((kind) => `${file}: ${one[kind].toFixed(1)} % of ${kind}, below ${wanted[kind]} %`);
  });
  const stale = Object.keys(exceptions).filter((file) => {
    const one = files.find((other) => other.file === file);
    if (one === undefined) return true;
    return one.lines >= floor.lines && one.branches >= floor.branches + MARGIN;
  });
  if (files.length === 0) problems.push('no file is covered at all');
  return [...problems, ...stale.map((file) => `${file}: needs no exception any more`)];
}

if (import.meta.main) {
  const [path = ''] = process.argv.slice(2);
  const files = parseLcov(readFileSync(path, 'utf8'));
  const problems = coverageProblems(files);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`${files.length} files have the coverage that is wanted of each`);
}
