interface CommandFlag {
  readonly name: string;
  /** What stands for the value in the help; null for a flag without one. */
  readonly value: string | null;
  readonly description: string;
}

interface CommandSpec {
  readonly description: string;
  readonly flags: readonly CommandFlag[];
}

/** Every subcommand, with the flags that only it has. */
export const COMMANDS = {
  serve: { description: 'serve metrics (what happens without a command)', flags: [] },
  swarm: {
    description: 'start a run, or change the number of users of the one that is on',
    flags: [
      { name: 'users', value: 'N', description: 'how many users' },
      { name: 'spawn-rate', value: 'N', description: 'users to start per second (default 1)' },
      { name: 'host', value: 'URL', description: 'host under test (Locust 0.13.0 or newer)' },
      {
        name: 'run-time',
        value: 'TIME',
        description: 'when to stop, such as 90s or 1h30m (Locust 2.12.1 or newer)',
      },
    ],
  },
  stop: { description: 'end the run', flags: [] },
  'reset-stats': { description: "set Locust's statistics back to zero", flags: [] },
  stats: {
    description: 'show the current report as a table',
    flags: [
      { name: 'watch', value: null, description: 'show it again every two seconds' },
      { name: 'json', value: null, description: 'as JSON, in seconds, bytes and ratios' },
    ],
  },
  demo: {
    description: 'serve metrics of a simulated Locust, to look around without one',
    flags: [
      { name: 'demo-endpoints', value: 'N', description: 'number of endpoints instead of a shop' },
    ],
  },
  healthcheck: {
    description: 'ask the exporter at LISTEN_ADDRESS whether it serves; exit code 0 if so, else 1',
    flags: [],
  },
} as const satisfies Record<string, CommandSpec>;

export type Command = keyof typeof COMMANDS;
