import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { coverageProblems, parseLcov } from './check-coverage.ts';

const REPORT = `TN:
SF:src/good.ts
FN:1,f
BRF:4
BRH:4
DA:1,1
LF:20
LH:20
end_of_record
TN:
SF:src/bad.ts
BRF:4
BRH:3
LF:40
LH:30
end_of_record
TN:
SF:src/types.ts
BRF:0
BRH:0
LF:5
LH:5
end_of_record
`;

const FILES = parseLcov(REPORT);
const FLOOR = { lines: 80, branches: 80 };

describe('the coverage of each file', () => {
  it('is read from a report', () => {
    assert.deepEqual(FILES, [
      { file: 'src/good.ts', lines: 100, branches: 100 },
      { file: 'src/bad.ts', lines: 75, branches: 75 },
      { file: 'src/types.ts', lines: 100, branches: 100 },
    ]);
  });

  it('is held to the floor, one file at a time', () => {
    assert.deepEqual(coverageProblems(FILES, FLOOR, {}), [
      'src/bad.ts: 75.0 % of lines, below 80 %',
      'src/bad.ts: 75.0 % of branches, below 80 %',
    ]);
    assert.deepEqual(coverageProblems(FILES, { lines: 75, branches: 75 }, {}), []);
  });

  it('may be less where an exception says so, as long as it is needed', () => {
    const exception = { 'src/bad.ts': { lines: 70, branches: 75 } };
    assert.deepEqual(coverageProblems(FILES, FLOOR, exception), []);
    const needless = { ...exception, 'src/good.ts': FLOOR, 'src/gone.ts': FLOOR };
    assert.deepEqual(coverageProblems(FILES, FLOOR, needless), [
      'src/good.ts: needs no exception any more',
      'src/gone.ts: needs no exception any more',
    ]);
  });

  it('is not enough where there is no file', () => {
    assert.deepEqual(coverageProblems([], FLOOR, {}), ['no file is covered at all']);
  });
});
