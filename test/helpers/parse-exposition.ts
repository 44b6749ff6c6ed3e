import type { TextFormat } from '../../src/metrics/exposition/encode-text.ts';

export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: ParsedSample[];
}

export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  gauge: [''],
  counter: ['_total'],
  summary: ['', '_sum', '_count', '_created'],
  histogram: ['_bucket', '_sum', '_count', '_created'],
};

/**
 * Parses an exposition as strictly as the formats are written, or more so: every family has
 * help and type, and nothing is forgiven.
 *
 * @throws Error that names the line.
 */
export function parseExposition(text: string, format: TextFormat): ParsedFamily[] {
  const lines = linesOf(text, format);
  const families: ParsedFamily[] = [];
  const names = new Set<string>();
  const series = new Set<string>();
  for (let index = 0; index < lines.length;) {
    const at = (what: string) => `line ${index + 1}: ${what}: ${lines[index] ?? 'the end'}`;
    const help = /^# HELP (\S+) (.+)$/s.exec(lines[index] ?? '');
    if (!help) throw new Error(at('expected HELP'));
    index++;
    const type = /^# TYPE (\S+) (\S+)$/.exec(lines[index] ?? '');
    if (!type || type[1] !== help[1]) throw new Error(at('expected TYPE of the same family'));
    const [, name = '', kind = ''] = type;
    if (!METRIC_NAME.test(name)) throw new Error(at('bad name'));
    if (names.has(name)) throw new Error(at('family is not contiguous or not unique'));
    names.add(name);
    const suffixes = format === 'text' && kind === 'counter' ? [''] : SUFFIXES[kind];
    if (suffixes === undefined) throw new Error(at('unknown type'));
    const family = { name, type: kind, help: unescapeHelp(help[2] ?? '', format), samples: [] };
    const seen = { series, groups: new Set<string>() };
    index++;
    for (; index < lines.length && !lines[index]?.startsWith('#'); index++) {
      try {
        addSample(family, parseSample(lines[index] ?? ''), suffixes, seen, format);
      } catch (error) {
        throw new Error(at((error as Error).message), { cause: error });
      }
    }
    if (family.samples.length === 0) throw new Error(at('family without samples before'));
    families.push(family);
  }
  return families;
}

function linesOf(text: string, format: TextFormat): string[] {
  if (text === '') throw new Error('empty');
  if (!text.endsWith('\n')) throw new Error('no newline at the end');
  const lines = text.slice(0, -1).split('\n');
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('no # EOF at the end');
  return lines;
}

interface Seen {
  readonly series: Set<string>;
  /** The labelsets of the family, without quantiles. */
  readonly groups: Set<string>;
}

function addSample(
  { name, type, samples }: ParsedFamily,
  sample: ParsedSample,
  suffixes: readonly string[],
  { series, groups }: Seen,
  format: TextFormat,
): void {
  const suffix = sample.name.startsWith(name) ? sample.name.slice(name.length) : null;
  if (suffix === null || !suffixes.includes(suffix)) throw new Error('not of this family');
  const key = `${sample.name} ${labelKey(sample.labels)}`;
  if (series.has(key)) throw new Error('series is there already');
  series.add(key);
  if (type === 'summary') checkQuantile(sample.labels['quantile'], suffix === '');
  else if (type !== 'histogram' && 'quantile' in sample.labels) throw new Error('quantile');
  if (type === 'histogram' && suffix === '_bucket' && !('le' in sample.labels)) {
    throw new Error('bucket without le');
  }
  if (format === 'openmetrics') {
    const isCount = type === 'counter' || (suffix !== '' && type !== 'gauge');
    if (isCount && !(sample.value >= 0)) throw new Error('negative or NaN');
    const group = groupKey(sample, type);
    const isNew = samples.length > 0 && groupKey(samples.at(-1)!, type) !== group;
    if (isNew && groups.has(group)) throw new Error('samples of a labelset are not contiguous');
    groups.add(group);
  }
  samples.push(sample);
}

function checkQuantile(quantile: string | undefined, expected: boolean): void {
  if ((quantile !== undefined) !== expected) throw new Error('quantile missing or misplaced');
  if (quantile === undefined) return;
  const value = parseNumber(quantile);
  if (!(value >= 0 && value <= 1)) throw new Error('quantile out of range');
}

function groupKey({ labels }: ParsedSample, type: string): string {
  const inner = type === 'summary' ? 'quantile' : type === 'histogram' ? 'le' : undefined;
  return labelKey(Object.fromEntries(Object.entries(labels).filter(([name]) => name !== inner)));
}

function labelKey(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function parseSample(line: string): ParsedSample {
  const [name = ''] = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line) ?? [];
  if (name === '') throw new Error('bad name');
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};
  if (rest.startsWith('{')) {
    const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"([,}])/y;
    label.lastIndex = 1;
    for (let end = ''; end !== '}';) {
      const match = label.exec(rest);
      if (!match) throw new Error('bad labels');
      const [, key = '', value = ''] = match;
      end = match[3] ?? '';
      if (Object.hasOwn(labels, key)) throw new Error('label is there already');
      if (key.startsWith('__')) throw new Error('reserved label');
      // A lone surrogate has no place in UTF-8.
      if (!value.isWellFormed()) throw new Error('not Unicode');
      Object.defineProperty(labels, key, { value: unescape(value), enumerable: true });
      if (end === '}') rest = rest.slice(label.lastIndex);
    }
  }
  if (!rest.startsWith(' ')) throw new Error('no space before the value');
  return { name, labels, value: parseNumber(rest.slice(1)) };
}

function parseNumber(text: string): number {
  if (text === 'NaN') return NaN;
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw new Error('bad number');
  return Number(text);
}

function unescape(value: string): string {
  return value.replaceAll(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
}

function unescapeHelp(help: string, format: TextFormat): string {
  const allowed = format === 'text' ? /^(?:[^\\]|\\[\\n])*$/ : /^(?:[^\\"]|\\[\\n"])*$/;
  if (!allowed.test(help)) throw new Error(`bad escape in help: ${help}`);
  return unescape(help);
}
