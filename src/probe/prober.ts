import type { Logger } from 'pino';
import type { AllowList } from '../config/probe-config/allow-list.ts';
import type { ProbeModule } from '../config/probe-config/read.ts';
import type { Clock, Outcome } from '../target/outcome.ts';
import type { ScrapeOptions, Target } from '../target/target.ts';
import { parseTarget, ProbeRefusal, type ParsedTarget } from './parse-target.ts';
import { createTargets } from './targets.ts';

export interface ProbeRequest extends ScrapeOptions {
  /** What the query has; not a text where it is missing or there several times. */
  readonly target: unknown;
  readonly module: unknown;
}

export type ProbeResponse =
  | { readonly body: Buffer; readonly onSent: () => void }
  /** A sentence that says why there is no response, and a status of HTTP. */
  | { readonly refusal: string; readonly status: 400 | 503 };

/** A target as people want to see it. */
export interface ProbedTarget {
  /** Without credentials, which a target never has. */
  readonly url: string;
  /** Empty for none. */
  readonly module: string;
  /** Unix time in ms. */
  readonly scrapedUnixMs: number;
  /** null before the first read is over. */
  readonly outcome: Outcome | null;
}

export interface Prober {
  probe(request: ProbeRequest): Promise<ProbeResponse>;
  /** The targets that were scraped recently, the latest one first. */
  targets(): ProbedTarget[];
  count(): number;
  close(): Promise<void>;
}

export interface ProberOptions {
  readonly allowList: AllowList;
  /** What holds now, by name. */
  readonly modules: () => ReadonlyMap<string, ProbeModule>;
  readonly maxTargets: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly create: (target: ParsedTarget, module: ProbeModule | null) => Target;
  readonly onEvict: () => void;
}

/** The module of those who name none, where there is one of this name. */
const DEFAULT_MODULE = 'default';

/** Answers for one of many Locusts, each of which is a target of its own. */
export function createProber(options: ProberOptions): Prober {
  const { allowList, maxTargets, clock, logger, create } = options;
  const targets = createTargets({
    max: maxTargets,
    clock,
    onEvict({ url, module }) {
      logger.info({ url, module }, 'a target made room for another');
      options.onEvict();
    },
  });

  function findModule(name: unknown): ProbeModule | null {
    const modules = options.modules();
    if (name === undefined || name === '') return modules.get(DEFAULT_MODULE) ?? null;
    const module = typeof name === 'string' ? modules.get(name) : undefined;
    if (module !== undefined) return module;
    const known = [...modules.keys()].join(', ');
    throw new ProbeRefusal(
      known === ''
        ? 'there are no modules; PROBE_CONFIG_FILE names none'
        : `module must be one of ${known}`,
    );
  }

  function check(text: unknown, module: ProbeModule | null): ParsedTarget {
    const target = parseTarget(text);
    const { host, port } = target;
    if (!allowList.allows(host, port)) {
      throw new ProbeRefusal(`PROBE_TARGETS does not allow the host ${host} with port ${port}`);
    }
    if (module?.targets?.allows(host, port) === false) {
      throw new ProbeRefusal(
        `the module ${module.name} is not for the host ${host} with port ${port}; see its targets`,
      );
    }
    return target;
  }

  return {
    async probe({ target: text, module: moduleName, ...scrape }) {
      let target: ParsedTarget;
      let module: ProbeModule | null;
      try {
        module = findModule(moduleName);
        target = check(text, module);
      } catch (error) {
        if (!(error instanceof ProbeRefusal)) throw error;
        logger.debug({ reason: error.message }, 'a probe was refused');
        return { status: 400, refusal: error.message };
      }
      const key = {
        url: target.url.href,
        module: module?.name ?? '',
        identity: module?.identity ?? '',
      };
      const lease = targets.lease(key, () => create(target, module));
      if (lease === null) {
        const refusal =
          `as many targets as PROBE_MAX_TARGETS allows (${maxTargets}) are in use; raise it, ` +
          'or share the targets among several exporters';
        return { status: 503, refusal };
      }
      try {
        return await lease.target.scrape(scrape);
      } finally {
        lease.release();
      }
    },
    targets: () =>
      targets.list().map(({ url, module, scrapedUnixMs, target }) => ({
        ...{ url, module, scrapedUnixMs },
        outcome: target.latest(),
      })),
    count: () => targets.count(),
    close: () => targets.close(),
  };
}
