import { encode } from '@msgpack/msgpack';

export const COLUMNS = [
  ...['method', 'name', 'num_requests', 'num_none_requests', 'num_failures'],
  ...['total_response_time', 'min_response_time', 'max_response_time', 'total_content_length'],
  ...['start_time', 'last_request_timestamp', 'current_rps', 'current_fail_per_sec'],
  'response_times',
];

/** Response times that are whole numbers are numbers as keys, too, as Python has them. */
export type Times = ReadonlyMap<unknown, unknown>;

/** The columns of a row that a test changes. */
export type Cells = Readonly<Record<string, unknown>>;

/** A row whose numbers fit its response times, as a list in the order of COLUMNS. */
export function companionRow(name: unknown, times: Times, cells: Cells = {}): unknown[] {
  const pairs = [...times].map(([time, count]) => [Number(time), Number(count)] as const);
  const measured = pairs.map(([time]) => time);
  const row: Record<string, unknown> = {
    method: 'GET',
    name,
    num_requests: pairs.reduce((sum, [, count]) => sum + count, 0),
    num_none_requests: 0,
    num_failures: 0,
    total_response_time: pairs.reduce((sum, [time, count]) => sum + time * count, 0),
    min_response_time: pairs.length === 0 ? null : Math.min(...measured),
    max_response_time: pairs.length === 0 ? null : Math.max(...measured),
    total_content_length: 1000,
    start_time: 1_700_000_000,
    last_request_timestamp: 1_700_000_100,
    current_rps: 2,
    current_fail_per_sec: 0,
    response_times: times,
    ...cells,
  };
  return COLUMNS.map((column) => row[column]);
}

/** A report of one endpoint of ten requests. */
export function companionReport(members: Cells = {}): Record<string, unknown> {
  const times = new Map([
    [120, 3],
    [7, 5],
    [1500, 2],
  ]);
  return {
    format: 1,
    locust_version: '2.47.0',
    host: 'https://shop.example',
    state: 'running',
    user_count: 5,
    target_user_count: 10,
    spawn_rate: 2.5,
    user_classes: { Buyer: 3, Visitor: 2 },
    exceptions: 4,
    run_start_time: 1_700_000_000.5,
    stats_start_time: 1_700_000_050,
    percentiles: [0.5, 0.95, 0.99],
    current_percentiles: { '0.5': 12, '0.95': 140 },
    workers: null,
    errors: [['GET', '/cart', 'ValueError("x")', 3]],
    columns: COLUMNS,
    aggregate: companionRow('Aggregated', times, { method: '' }),
    stats: [companionRow('/cart', times)],
    ...members,
  };
}

/** As the companion sends it to the exporter. The library does not write maps with numbers as keys. */
export function toMsgpack(value: unknown): Buffer {
  if (Array.isArray(value)) {
    return Buffer.concat([header(0xdd, value.length), ...value.map(toMsgpack)]);
  }
  if (typeof value !== 'object' || value === null) return Buffer.from(encode(value));
  const pairs = value instanceof Map ? [...value] : Object.entries(value);
  return Buffer.concat([header(0xdf, pairs.length), ...pairs.flat().map(toMsgpack)]);
}

/** Of a list or a map with a length of 32 bits. */
function header(kind: 0xdd | 0xdf, length: number): Buffer {
  const bytes = Buffer.alloc(5, kind);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

/** As the companion sends it to others. */
export function toJson(report: unknown): Buffer {
  const text = JSON.stringify(report, (_key, value: unknown) =>
    value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : value,
  );
  return Buffer.from(text);
}
