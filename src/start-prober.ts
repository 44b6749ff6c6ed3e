import type { Logger } from 'pino';
import { followFile } from './config/follow-file.ts';
import type { AllowList } from './config/probe-config/allow-list.ts';
import { readProbeConfig, type ProbeModule } from './config/probe-config/read.ts';
import type { Settings } from './config/settings.ts';
import { connectProbed, probedSettings } from './connect.ts';
import { createCheckedLookup, createResolver } from './locust/client/checked-lookup.ts';
import { loadSelfMetrics } from './metrics/load-self.ts';
import type { BuildInfo, SelfMetrics } from './metrics/self.ts';
import type { ParsedTarget } from './probe/parse-target.ts';
import { createProber, type Prober } from './probe/prober.ts';
import { renameSettings } from './probe/rename-settings.ts';
import type { Clock } from './target/outcome.ts';
import { createTarget, type Target } from './target/target.ts';

export interface ProbeOptions {
  readonly allowList: AllowList;
  readonly settings: Settings;
  readonly build: BuildInfo;
  /** Of the process. */
  readonly self: SelfMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
}

const NO_MODULES: ReadonlyMap<string, ProbeModule> = new Map();

/** Wires /probe: each of its targets has a client, a history, caches and counters of its own. */
export function startProber({
  allowList,
  settings,
  build,
  self,
  logger,
  clock,
}: ProbeOptions): Prober {
  const file = settings.PROBE_CONFIG_FILE;
  const current =
    file && followFile(file, { setting: 'PROBE_CONFIG_FILE', read: readProbeConfig, logger });
  const resolve = createResolver();
  for (const { name, access } of file?.modules.values() ?? []) {
    if (access.tls?.insecure === true) {
      logger.warn({ module: name }, 'the certificates of Locusts are not verified');
    }
  }

  function create({ url, port }: ParsedTarget, module: ProbeModule | null): Target {
    const lookup = createCheckedLookup(
      (address, name) => allowList.forbids(address, port, name),
      resolve,
    );
    return createTarget(probedSettings(settings, module), {
      client: renameSettings(connectProbed(url, module, lookup, settings, build)),
      self: loadSelfMetrics(build, { about: 'reads' }),
      logger,
      clock,
    });
  }

  return createProber({
    allowList,
    modules: () => current?.().modules ?? NO_MODULES,
    maxTargets: settings.PROBE_MAX_TARGETS,
    clock,
    logger,
    create,
    onEvict: () => {
      self.targetEvicted();
    },
  });
}
