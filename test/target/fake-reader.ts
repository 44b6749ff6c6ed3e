import type { Reader } from '../../src/target/reader.ts';
import type { Clock, Outcome } from '../../src/target/outcome.ts';
import type { ErrorCode } from '../../src/locust/errors.ts';
import { snapshot } from '../locust/samples.ts';

/** Where the monotonic clock of a test begins. Code that takes 0 for its beginning must fail. */
const MONOTONIC_ORIGIN_MS = 86_412_345.75;

const UNIX_ORIGIN_MS = 1_700_000_000_000;

/** A clock that stands still until it is told. */
export class FakeClock implements Clock {
  /** Milliseconds since the test began. */
  nowMs = 0;
  monotonicMs = () => MONOTONIC_ORIGIN_MS + this.nowMs;
  unixMs = () => UNIX_ORIGIN_MS + this.nowMs;
}

/** A reader whose reads end when a test says so. */
export class FakeReader implements Pick<Reader, 'read' | 'down'> {
  /** What each read so far had for a timeout. */
  readonly timeouts: number[] = [];
  readonly downs: ErrorCode[] = [];
  inFlight = 0;
  maxInFlight = 0;
  readonly #clock: Clock;
  #end: (outcome: Outcome) => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  read(timeoutMs: number): Promise<Outcome> {
    this.timeouts.push(timeoutMs);
    this.inFlight++;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    return new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  down({ code }: { code: ErrorCode }): Outcome {
    this.downs.push(code);
    return this.#failure(code);
  }

  async succeed(): Promise<Outcome> {
    const report = { snapshot: snapshot(), info: null, runStartSeconds: null };
    return this.#finish({ report, problem: null, atMs: this.#clock.monotonicMs() });
  }

  async fail(code: ErrorCode): Promise<Outcome> {
    return this.#finish(this.#failure(code));
  }

  async #finish(outcome: Outcome): Promise<Outcome> {
    this.inFlight--;
    this.#end(outcome);
    await settled();
    return outcome;
  }

  #failure(code: ErrorCode): Outcome {
    const report = { snapshot: null, info: null, runStartSeconds: null };
    const problem = { code, message: code, sinceMs: this.#clock.unixMs() };
    return { report, problem, atMs: this.#clock.monotonicMs() };
  }
}

/** Lets promises that can go on do so. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
