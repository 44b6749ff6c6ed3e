import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A request as phases-locustfile.py reported it to Locust. */
export interface Observation {
  /** Unix time in seconds. */
  readonly time: number;
  readonly name: string;
  readonly milliseconds: number;
}

/** All that the processes of a Locust have written into a folder so far, in the order of time. */
export function readObservations(folder: string): Observation[] {
  return readdirSync(folder)
    .flatMap((file) => readFileSync(path.join(folder, file), 'utf8').trimEnd().split('\n'))
    .filter((line) => line !== '')
    .map((line) => {
      const [time, name, milliseconds] = line.split(' ');
      return { time: Number(time), name: name!, milliseconds: Number(milliseconds) };
    })
    .sort((a, b) => a.time - b.time);
}

/**
 * Rounds a response time as Locust does before it counts it: to whole milliseconds, and to two
 * significant digits above 100.
 */
export function roundLikeLocust(milliseconds: number): number {
  const unit =
    milliseconds < 100 ? 1 : milliseconds < 1000 ? 10 : milliseconds < 10_000 ? 100 : 1000;
  return Math.round(milliseconds / unit) * unit;
}
