import type { Children } from './children.ts';

/** What all parts of the demo are started with. */
export interface Context {
  readonly children: Children;
  /** Where what they write goes; removed at the end. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

/** The environment without what would change how the demo's own parts are set up. */
export function neutralEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:LOCUST|GF|PROMETHEUS)_/.test(name)),
  );
}

/** @returns whether a GET is answered with 200 */
export async function isAnswered(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  await response.arrayBuffer();
  return response.status === 200;
}
