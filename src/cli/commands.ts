import type { Config } from '../config/load-config.ts';
import { aliasNames, flagOf, type Setting, SETTINGS } from '../config/settings.ts';

interface CommandFlag {
  readonly name: string;
  /** Placeholder of the value in the help; null for a flag without a value. */
  readonly value: string | null;
  readonly description: string;
}

export interface CommandSpec {
  readonly description: string;
  /** The placeholder of its argument in the help; undefined for a command without an argument. */
  readonly argument?: string;
  readonly flags: readonly CommandFlag[];
}

/** Every subcommand, with the flags that only it has. */
export const COMMANDS = {
  serve: { description: 'serve metrics (the default)', flags: [] },
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
  companion: {
    argument: 'DIR',
    description: 'write the companion, which Locust loads to report more than its web API does',
    flags: [],
  },
  healthcheck: {
    description: 'check whether the exporter at LISTEN_ADDRESS serves; exit code 0 if so, else 1',
    flags: [],
  },
} as const satisfies Record<string, CommandSpec>;

export type Command = keyof typeof COMMANDS;

export function helpText(): string {
  const commands = Object.entries<CommandSpec>(COMMANDS).flatMap(
    ([name, { argument, description, flags }]) => [
      `  ${[name, argument].join(' ').padEnd(14)}${description}`,
      ...flags.map(
        (flag) => `    ${`--${flag.name} ${flag.value ?? ''}`.padEnd(22)}${flag.description}`,
      ),
    ],
  );
  const settings = Object.entries<Setting<unknown>>(SETTINGS).flatMap(
    ([name, { default: preset, description, alias }]) => [
      `  ${name}, --${flagOf(name)} (default ${preset || 'none'})`,
      `      ${description}`,
      ...(alias === undefined ? [] : [`      alias: ${aliasNames(alias).join(', ')}`]),
    ],
  );
  return [
    'Usage: locust-exporter [command] [flags]',
    '',
    'Prometheus exporter for Locust load tests.',
    '',
    'Commands:',
    ...commands,
    '',
    'Settings, each an environment variable or a flag; the flag wins. The aliases are those of',
    'ContainerSolutions/locust_exporter, and count where the setting itself is not set:',
    ...settings,
    '',
    'General flags:',
    '  --check-config  validate the settings, print them and exit',
    '  --version       print the version and exit',
    '  -h, --help      print this and exit',
  ].join('\n');
}

/** The settings in force, without secrets. */
export function checkedConfig({ shown, warnings }: Config): string {
  return [
    'the settings are valid',
    ...warnings.map((line) => `warning: ${line}`),
    ...Object.entries(shown).map(([name, text]) => `${name}=${text}`),
  ].join('\n');
}
