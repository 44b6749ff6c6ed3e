import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

import { promtool } from '../helpers/promtool.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

export interface ScrapeConfig {
  readonly job_name: string;
  readonly kubernetes_sd_configs?: readonly { readonly role: string }[];
  readonly static_configs?: readonly {
    readonly targets: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
  }[];
  readonly relabel_configs: readonly Readonly<Record<string, unknown>>[];
}

/**
 * The labels of what Prometheus scrapes of something in Kubernetes; null where it scrapes nothing.
 * promtool relabels the labels that Kubernetes would give, since Debian's knows no Kubernetes.
 *
 * @param meta labels without their `__meta_kubernetes_`.
 */
export async function relabelTarget(
  job: ScrapeConfig,
  address: string,
  meta: Readonly<Record<string, string>>,
): Promise<Record<string, string> | null> {
  const { kubernetes_sd_configs, ...rest } = job;
  assert.ok(kubernetes_sd_configs);
  const labels = Object.fromEntries(
    Object.entries(meta).map(([name, value]) => [`__meta_kubernetes_${name}`, value]),
  );
  const scrape: ScrapeConfig = { ...rest, static_configs: [{ targets: [address], labels }] };
  const folder = await temporaryFolder('discovery');
  try {
    const file = join(folder.path, 'prometheus.yml');
    writeFileSync(file, stringify({ scrape_configs: [scrape] }));
    const checked = await promtool(['check', 'config', file]);
    assert.equal(checked.code, 0, checked.output);
    const { code, output } = await promtool([
      ...['check', 'service-discovery', '--timeout=200ms'],
      ...[file, scrape.job_name],
    ]);
    assert.equal(code, 0, output);
    const [target] = JSON.parse(output) as { labels?: Record<string, string> }[];
    return target?.labels && Object.keys(target.labels).length > 0 ? target.labels : null;
  } finally {
    await folder.remove();
  }
}
