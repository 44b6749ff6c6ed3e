import { isDeepStrictEqual } from 'node:util';

import { isSince } from '../helpers/locust-versions.ts';
import { OLD_NAMES } from '../helpers/old-names.ts';
import { parseExposition } from '../helpers/parse-exposition.ts';

/** Families by name, and every sample by a key of its name and labels. */
export interface Exposition {
  readonly types: ReadonlyMap<string, string>;
  readonly series: ReadonlyMap<string, number>;
}

export interface Comparison {
  readonly old: Exposition;
  readonly ours: Exposition;
  /** Both of Locust. */
  readonly version: string;
  readonly state: string;
  /** What the old exporter says when it has only just been started. */
  readonly fresh: Exposition;
  /** What the old exporter said in earlier states. */
  readonly earlier: ReadonlyMap<string, number>;
  /** Whether ours has no other metrics about Locust. */
  readonly only: boolean;
}

export interface Deviation {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** undefined where that one says nothing. */
  readonly old: number | undefined;
  readonly ours: number | undefined;
}

interface Difference {
  /** What is wrong there, or why the two cannot agree. */
  readonly fault: string;
  readonly mends: (deviation: Deviation, comparison: Comparison) => boolean;
}

const BUILD_LABELS = ['branch', 'goversion', 'revision', 'version'];

/** All that may differ. */
export const DIFFERENCES: readonly Difference[] = [
  {
    fault: 'tells of the runtime and the library of Go',
    mends: ({ name, ours }) => /^(?:go|promhttp)_/.test(name) && ours === undefined,
  },
  {
    fault: 'tells of its own process',
    mends: ({ name, old, ours }) =>
      name.startsWith('process_') && old !== undefined && ours !== undefined,
  },
  {
    fault: "tells of its process what Node.js's library leaves out",
    mends: ({ name, ours }) =>
      /^process_(?:network_|virtual_memory_max_bytes$)/.test(name) && ours === undefined,
  },
  {
    fault: 'has a build of its own',
    mends: ({ name, labels, old, ours }) =>
      name === 'locustexporter_build_info' &&
      isDeepStrictEqual(Object.keys(labels).sort(), BUILD_LABELS) &&
      (old ?? ours) === 1,
  },
  {
    fault: 'takes spawning, a word since 1.2, for stopped',
    mends: ({ name, old, ours }, { state }) =>
      name === 'locust_running' && state === 'spawning' && old === 0 && ours === 1,
  },
  {
    fault: 'counts no worker that is spawning, a word since 1.2',
    mends: ({ name, old, ours }, { state }) =>
      name === 'locust_workers_hatching_count' && state === 'spawning' && old === 0 && ours! > 0,
  },
  {
    fault: 'has a word for the state of a worker that Locust gave up in 1.2',
    mends: ({ name, labels, old, ours }, comparison) => {
      if (name !== 'locust_worker_detail' || isSince(comparison.version, '1.2')) return false;
      const [there, here] = ['hatching', 'spawning'].map((state) =>
        seriesKey(name, { ...labels, state }),
      ) as [string, string];
      const value = comparison.old.series.get(there);
      return value === comparison.ours.series.get(here) && value === (old ?? ours);
    },
  },
  {
    fault: 'leaves out an endpoint that is called Total',
    mends: ({ name, labels, old }) =>
      name.startsWith('locust_requests_') && labels['name'] === 'Total' && old === undefined,
  },
  {
    fault: 'says 0 for the means that 2.30.0 leaves out',
    mends: ({ name, old, ours }, { version }) =>
      name === 'locust_requests_avg_response_time' &&
      version === '2.30.0' &&
      old === 0 &&
      ours === undefined,
  },
  {
    fault: 'does not find the percentiles since 2.15.1',
    mends: ({ name, old, ours }, { version }) =>
      PERCENTILE.test(name) && isSince(version, '2.15.1') && old === 0 && ours! > 0,
  },
  {
    fault: 'says 0 where Locust has no percentile',
    mends: ({ name, old, ours }) => PERCENTILE.test(name) && old === 0 && ours === undefined,
  },
  {
    fault: 'goes on telling the percentiles of before the end of the run',
    mends: ({ name, old, ours }, { state }) =>
      PERCENTILE.test(name) && state === 'stopped' && old! > 0 && ours === undefined,
  },
  {
    fault: 'goes on telling the rates of before the end of the run',
    mends: ({ name, old, ours }, { state }) =>
      /^locust_requests_current_(?:rps|fail_per_sec)$/.test(name) &&
      state === 'stopped' &&
      old! > 0 &&
      ours === 0,
  },
  {
    fault: 'keeps series of earlier states for ever, even when Locust is gone',
    mends: ({ name, labels, old, ours }, { earlier, fresh }) => {
      const key = seriesKey(name, labels);
      return ours === undefined && !fresh.series.has(key) && old === earlier.get(key);
    },
  },
  {
    fault: 'leaves errors HTML-escaped',
    mends: ({ name, labels, old, ours }, { old: theirs, ours: own }) => {
      if (name !== 'locust_errors') return false;
      if (ours === undefined) return own.series.get(seriesKey(name, unescaped(labels))) === old;
      return theirs.series.get(seriesKey(name, escaped(labels))) === ours;
    },
  },
];

const PERCENTILE = /^locust_requests_current_response_time_percentile_(?:50|95)$/;

export function readExposition(text: string): Exposition {
  // The old exporter has families with an empty help text.
  const families = parseExposition(text.replaceAll(/^(# HELP \S+) $/gm, '$1 -'), 'text');
  return {
    types: new Map(families.map(({ name, type }) => [name, type])),
    series: new Map(
      families.flatMap(({ samples }) =>
        samples.map(({ name, labels, value }) => [seriesKey(name, labels), value] as const),
      ),
    ),
  };
}

export function seriesKey(name: string, labels: Deviation['labels']): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([name, Object.fromEntries(sorted)]);
}

function parseKey(key: string): [name: string, labels: Record<string, string>] {
  return JSON.parse(key) as [string, Record<string, string>];
}

/** @returns what differs and may not; the faults that explain the rest are added to `seen`. */
export function compare(comparison: Comparison, seen: Set<string>): string[] {
  const { old, ours } = comparison;
  const problems: string[] = [];
  for (const [name, type] of ours.types) {
    const expected = old.types.get(name);
    if (expected !== undefined && expected !== type) problems.push(`${name}: ${type}`);
  }
  for (const key of new Set([...old.series.keys(), ...ours.series.keys()])) {
    const [name, labels] = parseKey(key);
    const deviation = { name, labels, old: old.series.get(key), ours: ours.series.get(key) };
    if (isOurOwn(name, comparison) || isEqual(deviation.old, deviation.ours)) continue;
    const difference = DIFFERENCES.find(({ mends }) => mends(deviation, comparison));
    if (difference) seen.add(difference.fault);
    else problems.push(`${key}: ${String(deviation.old)} there, ${String(deviation.ours)} here`);
  }
  return problems;
}

/** Nothing that the old exporter has a word for. */
function isOurOwn(name: string, { old, only }: Comparison): boolean {
  if (/^(?:locust_exporter|nodejs)_/.test(name)) return true;
  if (name.startsWith('process_')) return !old.types.has(name);
  return !only && name.startsWith('locust_') && !OLD_NAMES.includes(name.slice('locust_'.length));
}

function isEqual(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}

const ENTITIES = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#x27;'],
] as const;

/** As Python does. */
function escaped(labels: Deviation['labels']): Deviation['labels'] {
  return replaceIn(labels, (text) =>
    ENTITIES.reduce((done, [bare, entity]) => done.replaceAll(bare, entity), text),
  );
}

function unescaped(labels: Deviation['labels']): Deviation['labels'] {
  return replaceIn(labels, (text) =>
    ENTITIES.reduceRight((done, [bare, entity]) => done.replaceAll(entity, bare), text),
  );
}

function replaceIn(
  labels: Deviation['labels'],
  replace: (text: string) => string,
): Deviation['labels'] {
  return Object.fromEntries(Object.entries(labels).map(([label, text]) => [label, replace(text)]));
}
