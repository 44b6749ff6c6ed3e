import type { Logger } from 'pino';
import type { LocustError } from '../locust/errors.ts';
import type { SelfMetrics } from '../metrics/self.ts';
import type { Clock, Problem } from './outcome.ts';

/** Tracks whether one Locust is up, and logs each change once. */
export interface Availability {
  /** null while Locust is up, and before the first read. */
  problem(): Problem | null;
  /**
   * Of the clock that never jumps: when Locust, once seen, began to be out of reach altogether;
   * null while it is not.
   */
  goneSinceMs(): number | null;
  markUp(version: string | undefined): void;
  markDown(error: LocustError): Problem;
  /** From now on nothing is logged or counted. */
  retire(): void;
}

export function createAvailability(
  url: string,
  { self, logger, clock }: { self: SelfMetrics; logger: Logger; clock: Clock },
): Availability {
  let problem: Problem | null = null;
  let goneSinceMs: number | null = null;
  let wasUp = false;
  let isRetired = false;

  return {
    problem: () => problem,
    goneSinceMs: () => goneSinceMs,
    markUp(version) {
      const isNews = problem !== null || !wasUp;
      if (isNews && !isRetired) logger.info({ url, version, was: problem?.code }, 'Locust is up');
      problem = null;
      goneSinceMs = null;
      wasUp = true;
    },
    markDown(error) {
      const { code, message } = error;
      if (isRetired) return { code, message, sinceMs: clock.unixMs() };
      self.readFailed(code);
      // A Locust that responds late or badly is there.
      if (code !== 'connect' || !wasUp) goneSinceMs = null;
      else goneSinceMs ??= clock.monotonicMs();
      const fields = { url, code, reason: message };
      if (problem?.code === code) {
        logger.debug(fields, 'Locust is still down');
      } else {
        // An unforeseen error is a fault of the exporter, so its stack is logged.
        logger.warn(code === 'internal' ? { ...fields, err: error } : fields, 'Locust is down');
      }
      problem = { code, message, sinceMs: problem?.sinceMs ?? clock.unixMs() };
      return problem;
    },
    retire() {
      isRetired = true;
    },
  };
}
