/** The Helm chart: its examples, and what Helm makes of it. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

import { helm, whyHelmIsMissing, type HelmResult } from '../helpers/helm.ts';
import { needsOptional } from '../helpers/requirement.ts';
import { parseManifests, podTemplate, type Manifest } from './manifests.ts';
import { ROOT } from './prometheus-rules.ts';

export const CHART = path.join(ROOT, 'deploy/helm/locust-exporter');
/** What the chart calls all that it makes. */
export const NAME = 'my-locust-exporter';
export const ONE = { locust: { url: 'http://locust-master:8089' } };
export const MANY = { probe: { targets: ['*.load-tests.svc:8089', '10.0.0.0/8:8089'] } };
/** Files with values, relative to the chart. */
export const EXAMPLES = globSync('ci/*-values.yaml', { cwd: CHART }).sort();
export const withHelm = needsOptional(whyHelmIsMissing());

export type Values = Readonly<Record<string, unknown>>;

export const exampleValues = (file: string) =>
  parse(readFileSync(path.join(CHART, file), 'utf8')) as Values;

/** Helm's rendering of the chart as the release `my`, or why there is none. */
export function run(values: object, chart = CHART): Promise<HelmResult> {
  return template('my', 'tools', values, chart);
}

export async function render(values: object, chart = CHART): Promise<Manifest[]> {
  return manifestsOf(await run(values, chart));
}

export async function helmTemplate(
  release: string,
  namespace: string,
  values: object,
): Promise<Manifest[]> {
  return manifestsOf(await template(release, namespace, values, CHART));
}

function template(release: string, namespace: string, values: object, chart: string) {
  const where = ['--namespace', namespace, '--kube-version', '1.29'];
  return helm(['template', release, chart, ...where], values);
}

function manifestsOf({ code, stdout, stderr }: HelmResult): Manifest[] {
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  return parseManifests(stdout).filter((manifest) => (manifest as unknown) !== null);
}

export const kindsOf = (manifests: readonly Manifest[]) => manifests.map(({ kind }) => kind).sort();

export const one = (manifests: readonly Manifest[], kind: string): Manifest => {
  const [found, ...others] = manifests.filter((manifest) => manifest.kind === kind);
  assert.deepEqual(others, []);
  assert.ok(found, kind);
  return found;
};

/** The pod of the exporter, and its only container. */
export function exporterOf(manifests: readonly Manifest[]) {
  const [workload] = manifests.filter((manifest) => podTemplate(manifest) !== undefined);
  const template = podTemplate(workload!)!;
  return { workload: workload!, template, container: template.spec.containers![0]! };
}

export const environmentOf = (manifests: readonly Manifest[]) =>
  Object.fromEntries(exporterOf(manifests).container.env!.map(({ name, value }) => [name, value]));
