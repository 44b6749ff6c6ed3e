import type { Clock } from '../target/outcome.ts';
import type { Target } from '../target/target.ts';

/** What distinguishes one target from another. */
export interface TargetKey {
  readonly url: string;
  readonly module: string;
  /** Changes with the settings of the module, which makes it another target. */
  readonly identity: string;
}

/** A target that is kept between its scrapes. */
export interface KeptTarget extends TargetKey {
  readonly target: Target;
  /** Unix time of its last scrape in ms. */
  readonly scrapedUnixMs: number;
}

export interface Lease {
  readonly target: Target;
  /** Must be called when the scrape is over. */
  release(): void;
}

export interface TargetsOptions {
  readonly max: number;
  readonly clock: Clock;
  /** Called for each target that is evicted. */
  readonly onEvict: (key: TargetKey) => void;
}

export interface Targets {
  /**
   * The target of a key for one scrape; it is made by `create` where there is none.
   *
   * @returns null where there are too many, all of which are in use.
   */
  lease(key: TargetKey, create: () => Target): Lease | null;
  /** The one that was scraped last comes first. */
  list(): KeptTarget[];
  count(): number;
  close(): Promise<void>;
}

/** A target without a scrape for this long is dropped. */
export const FORGOTTEN_AFTER_MS = 600_000;

/**
 * A target that was scraped within this time is not evicted. Otherwise two targets could evict each
 * other at every scrape, and both would lose their history.
 */
export const IN_USE_MS = 120_000;

const SWEEP_MS = 30_000;

interface Entry {
  readonly key: TargetKey;
  readonly target: Target;
  scrapes: number;
  /** Of the clock that never jumps. */
  scrapedMs: number;
  scrapedUnixMs: number;
  isDropped: boolean;
}

/** Keeps the targets that were scraped recently. */
export function createTargets({ max, clock, onEvict }: TargetsOptions): Targets {
  /** In the order of their last scrapes. */
  const entries = new Map<string, Entry>();
  let timer: NodeJS.Timeout | undefined;

  function drop(id: string, entry: Entry): void {
    entries.delete(id);
    entry.isDropped = true;
    if (entry.scrapes === 0) void end(entry);
  }

  async function end({ target }: Entry): Promise<void> {
    await target.retire(0);
    await target.close();
  }

  function sweep(): void {
    const nowMs = clock.monotonicMs();
    for (const [id, entry] of entries) {
      if (entry.scrapes === 0 && nowMs - entry.scrapedMs >= FORGOTTEN_AFTER_MS) drop(id, entry);
    }
    if (entries.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  /** @returns whether there is room for one more. */
  function makeRoom(): boolean {
    sweep();
    if (entries.size < max) return true;
    const nowMs = clock.monotonicMs();
    for (const [id, entry] of entries) {
      if (nowMs - entry.scrapedMs < IN_USE_MS) return false;
      if (entry.scrapes > 0) continue;
      drop(id, entry);
      onEvict(entry.key);
      return true;
    }
    return false;
  }

  function find(id: string, key: TargetKey, create: () => Target): Entry | null {
    const known = entries.get(id);
    if (known?.key.identity === key.identity) return known;
    if (known !== undefined) drop(id, known);
    if (!makeRoom()) return null;
    const target = create();
    target.start();
    timer ??= setInterval(sweep, SWEEP_MS).unref();
    return { key, target, scrapes: 0, scrapedMs: 0, scrapedUnixMs: 0, isDropped: false };
  }

  return {
    lease(key, create) {
      const id = JSON.stringify([key.module, key.url]);
      const entry = find(id, key, create);
      if (entry === null) return null;
      entry.scrapes += 1;
      entry.scrapedMs = clock.monotonicMs();
      entry.scrapedUnixMs = clock.unixMs();
      entries.delete(id);
      entries.set(id, entry);
      return {
        target: entry.target,
        release() {
          entry.scrapes -= 1;
          if (entry.isDropped && entry.scrapes === 0) void end(entry);
        },
      };
    },
    list: () =>
      [...entries.values()]
        .map(({ key, target, scrapedUnixMs }) => ({ ...key, target, scrapedUnixMs }))
        .reverse(),
    count: () => entries.size,
    async close() {
      clearInterval(timer);
      const all = [...entries.values()];
      entries.clear();
      await Promise.all(all.map(end));
    },
  };
}
