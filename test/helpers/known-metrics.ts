import { CATALOG } from '../../src/metrics/catalog.ts';
import { createSelfMetrics, SELF_METRICS } from '../../src/metrics/self.ts';
import { readFamilies } from './read-families.ts';

export interface KnownMetric {
  readonly type: 'counter' | 'gauge' | 'quantiles' | 'histogram';
  readonly labels: readonly string[];
}

const OF_TARGET = ['job', 'instance'];

/** Metrics that Prometheus adds for every target. */
const OF_PROMETHEUS = ['up', 'scrape_duration_seconds', 'scrape_samples_scraped'];

/** Every metric that Prometheus has of an exporter with METRIC_PREFIX=locust, by its name. */
export async function knownMetrics(): Promise<ReadonlyMap<string, KnownMetric>> {
  const known = new Map<string, KnownMetric>();
  const add = (name: string, type: KnownMetric['type'], labels: readonly string[] = []) =>
    known.set(name, { type, labels: [...OF_TARGET, ...labels] });
  for (const { name, type, labels } of CATALOG) {
    if (type === 'counter' || type === 'gauge') {
      add(`locust_${name}`, type, labels);
      continue;
    }
    const others = labels.filter((label) => label !== 'quantile' && label !== 'le');
    if (type === 'summary') {
      add(`locust_${name}`, 'quantiles', labels);
    } else {
      // The native one; those with a suffix are classic.
      add(`locust_${name}`, 'histogram', others);
      add(`locust_${name}_bucket`, 'counter', labels);
    }
    add(`locust_${name}_sum`, 'counter', others);
    add(`locust_${name}_count`, 'counter', others);
  }
  const self = createSelfMetrics({ version: '', revision: '' }, { pushes: true });
  const families = await self.families();
  const told = readFamilies(families);
  for (const { name, type } of families) {
    if (type !== 'counter' && type !== 'gauge') continue;
    const [sample] = told.find((family) => family.name === name)?.samples ?? [];
    add(name, type, Object.keys(sample?.labels ?? {}));
  }
  // Some of them have no samples at first, and so no labels.
  for (const { name, type, labels } of Object.values(SELF_METRICS)) add(name, type, labels);
  for (const name of OF_PROMETHEUS) add(name, 'gauge');
  return known;
}
