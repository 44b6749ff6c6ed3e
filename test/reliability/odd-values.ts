import type { Draw } from './draw.ts';

/** JSON and what Python takes for it, among it what JSON.stringify cannot write. */
export const ODD_NUMBERS: readonly string[] = [
  ...['NaN', 'Infinity', '-Infinity', '1e308', '-1e308', '1.7976931348623157e308', '1e400'],
  ...['-1', '-0', '0', '0.0', '1', '2', '0.1', '0.5', '1.5', '-0.5', '1e-7', '1e21', '5e-324'],
  ...['1e-300', '9007199254740993', '123456789012345678901234567890', '4294967296', '1E5'],
  ...['01', '+1', '.5', '1.', '0x10', '1_000'],
];

const ODD_TEXTS: readonly string[] = [
  ...['', ' ', '\n', '\r\n', '\0', '\u0007', '\u001b[31m', '\u007f', '\u0085', '\u2028', '\ufeff'],
  ...['"', '\\', '\\n', '\\"', '{', '}', ',', '# EOF', '# EOF\n', '# TYPE locust_up counter', '\t'],
  ...['\ud800', '\udc00', '\udc00\ud800', 'a\ud83d', '\ud83d\ude00', '\ufffd', '\uffff', 'e\u0301'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', 'null', 'NaN', 'None'],
  ...['Aggregated', 'Total', '//stats/requests', 'GET', '/', '&amp;', '&lt;b&gt;', '<b>', "'", '&'],
  ...['hatching', 'spawning', 'running', 'ready', 'stopped', 'missing', 'unknown', '0', '-1'],
];

export function oddText(draw: Draw): string {
  const text = draw.of(ODD_TEXTS);
  if (draw.chance(0.02)) return text.repeat(draw.below(5000));
  return draw.chance(0.3) ? text + draw.of(ODD_TEXTS) : text;
}

/** Keys that mean something in one version or another, and some that mean nothing. */
const KEYS: readonly string[] = [
  ...['state', 'stats', 'errors', 'user_count', 'workers', 'slaves', 'slave_count', 'fail_ratio'],
  ...['total_rps', 'current_rps', 'total_fail_per_sec', 'current_fail_per_sec', 'method', 'name'],
  ...['num_reqs', 'num_requests', 'num_failures', 'avg_content_length', 'avg_response_time'],
  ...['median_response_time', 'ninetieth_response_time', 'ninety_ninth_response_time', 'error'],
  ...['min_response_time', 'max_response_time', 'occurences', 'occurrences', 'safe_name', 'id'],
  ...[
    'cpu_usage',
    'memory_usage',
    'current_response_time_percentiles',
    'response_time_percentile_',
  ],
  ...['current_response_time_percentile_50', 'current_response_time_percentile_1'],
  ...[
    'response_time_percentile_0.5',
    'response_time_percentile_0.50',
    'response_time_percentile_1',
  ],
  ...[
    'response_time_percentile_0.9e-7',
    'response_time_percentile_1.0',
    '__proto__',
    'constructor',
  ],
  ...[
    'response_time_percentile_0.99999',
    'response_time_percentile_2',
    'response_time_percentile_.',
  ],
];

export function oddKey(draw: Draw): string {
  return draw.chance(0.1) ? oddText(draw) : draw.of(KEYS);
}

/** Any value, as JSON or nearly so. */
export function oddJson(draw: Draw): string {
  const kind = draw.below(10);
  if (kind < 4) return draw.of(ODD_NUMBERS);
  if (kind < 7) return JSON.stringify(oddText(draw));
  if (kind === 7) return draw.of(['null', 'true', 'false', '[]', '{}', '[null]', '[[]]', '[{}]']);
  if (kind === 8) return `{${JSON.stringify(oddKey(draw))}:${draw.of(ODD_NUMBERS)}}`;
  return nested(draw);
}

function nested(draw: Draw): string {
  const depth = draw.chance(0.01) ? 100_000 : draw.below(50);
  const [open, close] = draw.of([
    ['[', ']'],
    ['{"a":', '}'],
    ['{"__proto__":', '}'],
    ['[{"stats":', '}]'],
  ] as const);
  return `${open.repeat(depth)}null${close.repeat(depth)}`;
}
