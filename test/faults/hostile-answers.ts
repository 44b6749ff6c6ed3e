import type { ErrorCode } from '../../src/locust/errors.ts';
import { aggregate, row } from '../locust/samples.ts';

/** A response of `/stats/requests` that is nearly as large as allowed, and costs much to read. */
export interface HostileAnswer {
  readonly what: string;
  /** How the read may end; null for a good report. */
  readonly codes: readonly (ErrorCode | null)[];
  /** Memory that it may take, where that is more than the goal for all others. */
  readonly maxMib?: number;
  /** Makes a body of nearly `size` bytes. */
  readonly body: (size: number) => Buffer;
}

const HEAD = '{"state":"running","user_count":1,"fail_ratio":0,"total_rps":1,"errors":[],';
const NO_ROWS = '"stats":[]';
const AGGREGATE = JSON.stringify(aggregate());

/** `start`, then as many copies of `piece` as fit, then `end`. */
function repeated(start: string, piece: string, end: string): (size: number) => Buffer {
  return (size) => {
    const body = Buffer.alloc(size - start.length - end.length, piece);
    const whole = body.length - (body.length % Buffer.byteLength(piece));
    return Buffer.concat([Buffer.from(start), body.subarray(0, whole), Buffer.from(end)]);
  };
}

/** `start`, then pieces that differ, then `end`. */
function counted(start: string, piece: (index: number) => string, end: string) {
  return (size: number): Buffer => {
    const pieces: string[] = [start];
    let left = size - start.length - end.length;
    for (let index = 0; ; index += 1) {
      const text = piece(index);
      left -= Buffer.byteLength(text);
      if (left < 0) break;
      pieces.push(text);
    }
    return Buffer.from(pieces.join('') + end);
  };
}

/** A row as 2.46 has it, some 530 bytes. */
export function newestRow(index: number): Record<string, unknown> {
  return {
    ...row(`/api/v1/products/${String(index).padStart(7, '0')}`),
    median_response_time: 120,
    'response_time_percentile_0.95': 250,
    'response_time_percentile_0.99': 310,
    total_rps: 1.25,
    total_fail_per_sec: 0.125,
  };
}

function newestRows(size: number): Buffer {
  const text = (index: number) => {
    const json = JSON.stringify(newestRow(index), null, 2);
    return `${json}${' '.repeat(Math.max(0, 530 - json.length))},`;
  };
  return counted(`${HEAD}"stats":[`, text, `${AGGREGATE}]}`)(size);
}

const SMALL_ROW = '{"name":"","num_requests":0,"num_failures":0}';
const TOO_MUCH: readonly ErrorCode[] = ['too_large'];
const NO_REPORT: readonly ErrorCode[] = ['too_large', 'not_json', 'not_locust'];

export const HOSTILE_ANSWERS: readonly HostileAnswer[] = [
  {
    what: 'lists in lists',
    codes: TOO_MUCH,
    body: (size) => Buffer.concat([Buffer.alloc(size / 2, '['), Buffer.alloc(size / 2, ']')]),
  },
  {
    what: 'lists in lists in a row',
    codes: TOO_MUCH,
    body: repeated(`${HEAD}"stats":[{"name":`, '[', ''),
  },
  {
    what: 'objects in objects',
    codes: TOO_MUCH,
    body: repeated('', '{"a":', '1'),
  },
  { what: 'a list of empty objects', codes: TOO_MUCH, body: repeated('[', '{},', '{}]') },
  {
    what: 'rows that are empty objects',
    codes: TOO_MUCH,
    body: repeated(`${HEAD}"stats":[`, '{},', '{}]}'),
  },
  {
    what: 'rows that are numbers',
    codes: TOO_MUCH,
    body: repeated(`${HEAD}"stats":[`, '1,', '1]}'),
  },
  {
    what: 'rows that are empty strings',
    codes: TOO_MUCH,
    body: repeated(`${HEAD}"stats":[`, '"",', '""]}'),
  },
  {
    what: 'a list of empty strings that nobody asks for',
    codes: TOO_MUCH,
    body: repeated(`${HEAD}${NO_ROWS},"more":[`, '"",', '""]}'),
  },
  {
    what: 'rows with empty lists in them',
    codes: NO_REPORT,
    body: counted(
      `${HEAD}"stats":[`,
      () => `{"name":[${'[],'.repeat(20_000)}[]],"num_requests":1,"num_failures":0},`,
      `${AGGREGATE}]}`,
    ),
  },
  {
    what: 'small rows of one name',
    codes: TOO_MUCH,
    body: repeated(`${HEAD}"stats":[`, `${SMALL_ROW},`, `${AGGREGATE}]}`),
  },
  {
    what: 'small rows of different names',
    codes: TOO_MUCH,
    body: counted(
      `${HEAD}"stats":[`,
      (index) => `{"name":"${index}","num_requests":0,"num_failures":0},`,
      `${AGGREGATE}]}`,
    ),
  },
  {
    what: '20,000 rows as the newest Locust has them, without spaces',
    codes: [null],
    body: (bytes) => newestRows(Math.min(bytes, 7_400_000)),
  },
  {
    what: 'as many such rows as fit',
    codes: [null, 'too_large'],
    body: newestRows,
  },
  {
    what: 'a long string',
    codes: TOO_MUCH,
    body: repeated(`${HEAD}${NO_ROWS},"host":"`, 'x', '"}'),
  },
  {
    what: 'a long string of two bytes a character',
    codes: TOO_MUCH,
    body: repeated(`${HEAD}${NO_ROWS},"host":"`, 'ж', '"}'),
  },
  {
    what: 'a long string of escapes',
    codes: TOO_MUCH,
    body: repeated(`${HEAD}${NO_ROWS},"host":"`, '\\u0436', '"}'),
  },
  {
    what: 'a long string of escaped quotes without an end',
    codes: NO_REPORT,
    body: repeated(`${HEAD}"a":NaN,"host":"`, '\\"', ''),
  },
  {
    what: 'escaped quotes outside of strings',
    codes: NO_REPORT,
    body: repeated(`${HEAD}"a":NaN,"host":`, '\\"', ''),
  },
  ...['x', 'ж', '€', '\\n'].map((character) => ({
    what: `rows with names of ${JSON.stringify(character)} as long as labels may be`,
    codes: [null],
    maxMib: 256,
    body: counted(
      `${HEAD}"stats":[`,
      (index) => {
        const name = `${String(index).padStart(6, '0')}${character.repeat(1000)}`;
        return `${JSON.stringify(newestRow(index)).replace(/"name":"[^"]*"/, `"name":"${name}"`)},`;
      },
      `${AGGREGATE}]}`,
    ),
  })),
  {
    what: 'names of a megabyte',
    codes: [null, 'too_large'],
    maxMib: 256,
    body: counted(
      `${HEAD}"stats":[`,
      (index) => `{"name":"${index}${'ж'.repeat(500_000)}","num_requests":1,"num_failures":0},`,
      `${AGGREGATE}]}`,
    ),
  },
  {
    what: 'names of a megabyte with one wide character each',
    codes: [null, 'too_large'],
    maxMib: 256,
    body: counted(
      `${HEAD}"stats":[`,
      (index) => `{"name":"${index}ж${'x'.repeat(1e6)}","num_requests":1,"num_failures":0},`,
      `${AGGREGATE}]}`,
    ),
  },
  {
    what: 'rows with one wide character in their names',
    codes: [null, 'too_large'],
    maxMib: 256,
    body: counted(
      `${HEAD}"stats":[`,
      (index) => `{"name":"${index}ж${'x'.repeat(470)}","num_requests":1,"num_failures":0},`,
      `${AGGREGATE}]}`,
    ),
  },
  {
    what: 'errors with long texts',
    codes: [null, 'too_large'],
    maxMib: 256,
    body: counted(
      '{"state":"running","user_count":1,"stats":[],"errors":[',
      (index) =>
        `{"method":"","name":"a","error":"${index}ж${'x'.repeat(100_000)}","occurrences":1},`,
      '{"method":"","name":"a","error":"b","occurrences":1}]}',
    ),
  },
  {
    what: 'many errors',
    codes: [null, 'too_large'],
    maxMib: 256,
    body: counted(
      '{"state":"running","user_count":1,"stats":[],"errors":[',
      (index) => `{"method":"","name":"${index}","error":"","occurrences":1},`,
      '{"method":"","name":"a","error":"b","occurrences":1}]}',
    ),
  },
  {
    what: 'many workers',
    codes: [null, 'too_large'],
    body: counted(
      `${HEAD}${NO_ROWS},"workers":[`,
      (index) => `{"id":"${index}","state":"ready","user_count":1},`,
      '{"id":"a","state":"ready","user_count":1}]}',
    ),
  },
  {
    what: 'a number of a million digits',
    codes: [null, 'too_large'],
    body: counted(
      `${HEAD}"stats":[`,
      () => `{"name":"/","num_requests":${'7'.repeat(1e6)},"num_failures":0},`,
      `${AGGREGATE}]}`,
    ),
  },
  {
    what: 'a number without end',
    codes: TOO_MUCH,
    body: repeated(`${HEAD}${NO_ROWS},"a":1`, '7', '}'),
  },
  {
    what: 'spaces in front',
    codes: [null, 'too_large'],
    body: repeated('', ' \n', `${HEAD}${NO_ROWS}}`),
  },
  {
    what: 'spaces between the rows',
    codes: [null, 'too_large'],
    body: repeated(`${HEAD}"stats":[${SMALL_ROW},`, ' \n', `${AGGREGATE}]}`),
  },
  {
    what: 'many keys',
    codes: TOO_MUCH,
    body: counted(HEAD, (index) => `"${index}":1,`, `${NO_ROWS}}`),
  },
  {
    what: 'many keys in a row',
    codes: TOO_MUCH,
    body: counted(`${HEAD}"stats":[{`, (index) => `"${index}":1,`, '"a":1}]}'),
  },
  {
    what: 'many keys in each of many rows',
    codes: [null, 'too_large', 'timeout'],
    maxMib: 256,
    body: counted(
      `${HEAD}"stats":[`,
      (index) => {
        const keys = Array.from({ length: 10_000 }, (_, key) => `"k${index * 10_000 + key}":1`);
        return `{"name":"/","num_requests":1,"num_failures":0,${keys.join(',')}},`;
      },
      `${AGGREGATE}]}`,
    ),
  },
  {
    what: 'the same key again and again',
    codes: NO_REPORT,
    maxMib: 256,
    body: repeated(HEAD, `${NO_ROWS},`, `${NO_ROWS}}`),
  },
  { what: 'a web page', codes: ['not_json'], body: repeated('<html>', '<p>text</p>', '</html>') },
  { what: 'only spaces', codes: ['not_json'], body: repeated('', ' ', '') },
];
