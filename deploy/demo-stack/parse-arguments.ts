import { parseArgs } from 'node:util';

import { durationFrom } from '../../src/config/parse-values.ts';

export interface Options {
  readonly help: boolean;
  /** Only say what is installed. */
  readonly check: boolean;
  /** undefined: until a signal comes. */
  readonly forMs: number | undefined;
}

export const HELP = `npm run demo:stack [-- OPTIONS]

Runs a load test with Locust, and the exporter, Prometheus and Grafana on it, as far as these
are installed.

  --check          say what is installed and what is missing, and start nothing
  --for DURATION   end after that time, such as 90s or 2m; otherwise Ctrl+C ends it
  --help
`;

/** @throws Error that says which argument is wrong */
export function parseArguments(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      help: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      for: { type: 'string' },
    },
  });
  return { help: values.help, check: values.check, forMs: parseFor(values.for) };
}

function parseFor(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    return durationFrom(1, '1ms')(text);
  } catch (error) {
    throw new Error(`--for: ${(error as Error).message}, got "${text}"`, { cause: error });
  }
}
