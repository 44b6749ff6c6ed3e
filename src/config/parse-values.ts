import { isIPv4, isIPv6 } from 'node:net';

/** undefined as the host is all interfaces, in both address families. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

/*
 * Parsers of settings. Each throws an Error whose message says what was expected; the caller
 * adds the name of the setting and the value.
 */

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3, // U+00B5, micro sign
  μs: 1e-3, // U+03BC, Greek mu
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Go's notation: `500ms`, `2s`, `1m30s`, `1.5s`, `0`. @returns milliseconds */
export function parseDuration(text: string): number {
  if (/^\+?0$/.test(text)) return 0;
  const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/;
  if (!new RegExp(`^\\+?(?:${part.source})+$`).test(text)) {
    throw new Error('expected a duration such as 500ms, 2s or 1m30s');
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(new RegExp(part, 'g'))) {
    total += Number(amount) * (UNIT_MS[unit ?? ''] ?? NaN);
  }
  return total;
}

/** The longest time of a Node.js timer. */
export const LONGEST_MS = 2 ** 31 - 1;

/** @returns a parser of durations from `min` to `max` ms. */
export function durationFrom(
  min: number,
  minText: string,
  max = LONGEST_MS,
  maxText = '24 days',
): (text: string) => number {
  return (text) => {
    const milliseconds = parseDuration(text);
    if (milliseconds < min) throw new Error(`expected a duration of ${minText} or more`);
    if (milliseconds > max) throw new Error(`expected a duration of ${maxText} at most`);
    return milliseconds;
  };
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** @returns bytes */
export function parseByteSize(text: string): number {
  const match = /^(\d+) ?(B|KiB|MiB|GiB|)$/.exec(text);
  const bytes = match === null ? NaN : Number(match[1]) * (SIZE_UNITS[match[2] ?? ''] ?? NaN);
  // The longest string of Node.js.
  if (!(bytes >= 1 && bytes <= 2 ** 29 - 24)) {
    throw new Error('expected a size from 1 to 511MiB, such as 1048576 or 64MiB');
  }
  return bytes;
}

export function parseHttpUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Error('expected an http or https URL such as http://localhost:8089');
  }
  if (url.search !== '' || url.hash !== '') {
    throw new Error('expected a URL without query and fragment');
  }
  if (url.port === '0') throw new Error('expected a URL with a port above 0');
  try {
    decodeURIComponent(url.username + url.password);
  } catch {
    throw new Error('expected user and password percent-encoded (a % itself is %25)');
  }
  return url;
}

/** Go's notation: `:9646` for all interfaces, `127.0.0.1:9646`, `[::1]:9646`, `localhost:9646`. */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9A-Fa-f:.%\w]+)\]|([^\s:[\]/]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const [, ipv6, name = ''] = match ?? [];
  const isBroken = ipv6 === undefined ? /^[\d.]+$/.test(name) && !isIPv4(name) : !isIPv6(ipv6);
  if (match === null || port > 65_535 || isBroken) {
    throw new Error('expected an address such as :9646, 127.0.0.1:9646 or [::1]:9646');
  }
  return { host: ipv6 ?? (name === '' ? undefined : name), port };
}

export function parseMetricsPath(text: string): string {
  // Clients resolve the segments . and .. before they send a path.
  if (!/^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/.test(text)) {
    throw new Error('expected a path such as /metrics, of letters, digits and -._~');
  }
  return text;
}

export function parseLoginPath(text: string): string {
  if (/^[\w+.-]*:|\s/.test(text)) throw new Error('expected a path such as /login_submit');
  return text;
}

export function parseMetricPrefix(text: string): string {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(text)) {
    throw new Error('expected letters, digits and underscores, no digit first');
  }
  return text.replace(/_+$/, '') || text;
}

export function parseText(text: string): string {
  return text;
}

export function parseNonEmpty(text: string): string {
  if (text === '') throw new Error('expected a text');
  return text;
}

export function integerFrom(min: number, max = Infinity): (text: string) => number {
  const range = max === Infinity ? `of ${min} or more` : `from ${min} to ${max}`;
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (!(value >= min && value <= max)) throw new Error(`expected a whole number ${range}`);
    return value;
  };
}

/** Bounds of one histogram; each is one more series of every endpoint. */
const MAX_BOUNDS = 100;

/** Reads `0.005,0.1,1`. @returns seconds */
export function parseBuckets(text: string): readonly number[] {
  const bounds = text.split(',').map((part) => {
    const bound = /^\s*\+?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(part) ? Number(part) : NaN;
    if (!(bound > 0 && bound < Infinity)) {
      throw new Error('expected seconds above 0, separated by commas, such as 0.1,0.5,1');
    }
    return bound;
  });
  const wrong = bounds.find((bound, place) => bound <= (bounds[place - 1] ?? 0));
  if (wrong !== undefined) {
    throw new Error(`expected ascending bounds, and ${wrong} is not above the one before it`);
  }
  if (bounds.length > MAX_BOUNDS) throw new Error(`expected ${MAX_BOUNDS} bounds at most`);
  return bounds;
}

/**
 * Whether a bound is one of the values to which Locust rounds response times: whole ms below 100 ms,
 * tens of ms below 1 s, hundreds of ms below 10 s, and seconds from there on.
 */
export function isOnGrid(seconds: number): boolean {
  const ms = seconds * 1000;
  const step = ms < 100 ? 1 : ms < 1000 ? 10 : ms < 10_000 ? 100 : 1000;
  return (Math.round(ms / step) * step) / 1000 === seconds;
}

/** Reads `instance=a,run=7`; an empty label would be none. @returns values by label name */
export function parseGrouping(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  const labels = new Map<string, string>();
  for (const pair of pairs) {
    const [, name, value] = /^\s*((?!__)[a-zA-Z_]\w*)\s*=\s*(.*\S)\s*$/.exec(pair) ?? [];
    if (name === undefined || value === undefined || name === 'job') {
      throw new Error('expected labels other than job, with a value, such as instance=a,run=7');
    }
    if (labels.has(name)) throw new Error(`expected the label ${name} once`);
    labels.set(name, value);
  }
  return Object.fromEntries(labels);
}

export function parseSwitch(text: string): boolean {
  if (/^(?:true|on|yes|1)$/i.test(text)) return true;
  if (/^(?:false|off|no|0)$/i.test(text)) return false;
  throw new Error('expected true or false');
}

/** @returns a parser that reads an empty text as not set. */
export function optional<T>(parse: (text: string) => T): (text: string) => T | null {
  return (text) => (text === '' ? null : parse(text));
}

/** YAML makes true of a bare `on`, and false of `off`. */
export function onOffOr<const Choice extends string>(
  ...others: readonly Choice[]
): (text: string) => Choice | 'on' | 'off' {
  const parse = oneOf<Choice | 'on' | 'off'>('on', 'off', ...others);
  return (text) => {
    if (text.toLowerCase() === 'true') return 'on';
    return text.toLowerCase() === 'false' ? 'off' : parse(text);
  };
}

/** Like onOffOr, for a setting that has no `on`. */
export function offOr<const Choice extends string>(
  ...others: readonly Choice[]
): (text: string) => Choice | 'off' {
  const parse = oneOf<Choice | 'off'>('off', ...others);
  return (text) => (text.toLowerCase() === 'false' ? 'off' : parse(text));
}

export function oneOf<const Choice extends string>(
  ...choices: readonly Choice[]
): (text: string) => Choice {
  return (text) => {
    const choice = choices.find((one) => one === text.toLowerCase());
    if (choice === undefined) throw new Error(`expected one of ${choices.join(', ')}`);
    return choice;
  };
}
