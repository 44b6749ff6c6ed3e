import { aliasNames, flagOf, SETTINGS, type Setting } from '../config/settings.ts';
import { COMMANDS } from './commands.ts';

export function helpText(): string {
  const commands = Object.entries(COMMANDS).flatMap(([name, { description, flags }]) => [
    `  ${name.padEnd(14)}${description}`,
    ...flags.map(
      (flag) => `    ${`--${flag.name} ${flag.value ?? ''}`.padEnd(22)}${flag.description}`,
    ),
  ]);
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
