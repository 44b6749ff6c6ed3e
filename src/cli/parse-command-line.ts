import { parseArgs } from 'node:util';
import { ConfigError } from '../config/load-config.ts';
import { flagOf, SETTINGS, type Setting } from '../config/settings.ts';
import { COMMANDS, type Command } from './commands.ts';

export interface CommandLine {
  readonly command: Command;
  /** Values by flag name; a flag without a value has the value `true`. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly help: boolean;
  readonly version: boolean;
  readonly checkConfig: boolean;
  /** What is wrong with the arguments, each in a line. */
  readonly problems: readonly string[];
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

const GENERAL: Options = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  'check-config': { type: 'boolean' },
};

/** @throws ConfigError for an unknown command. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const options: Options = { ...GENERAL };
  const switches = new Set<string>();
  const lists = new Set<string>();
  for (const [name, { alias, isSwitch, isList }] of Object.entries<Setting<unknown>>(SETTINGS)) {
    options[flagOf(name)] = { type: isSwitch ? 'boolean' : 'string' };
    if (isSwitch) switches.add(flagOf(name));
    if (isList) lists.add(flagOf(name));
    if (alias !== undefined) options[alias.flag] = { type: 'string' };
  }
  const all = { ...options };
  for (const { flags } of Object.values(COMMANDS)) {
    for (const flag of flags) all[flag.name] = { type: flag.value === null ? 'boolean' : 'string' };
  }
  const { tokens } = parseArgs({
    args: [...argv],
    options: all,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });

  const [first, ...others] = tokens.filter((token) => token.kind === 'positional');
  const command = first?.value ?? 'serve';
  if (!isCommand(command)) {
    throw new ConfigError([
      `unknown command "${command}", expected one of ${Object.keys(COMMANDS).join(', ')}`,
    ]);
  }
  for (const flag of COMMANDS[command].flags)
    options[flag.name] = all[flag.name] ?? { type: 'string' };

  const problems = others.map(({ value }) => `unexpected argument "${value}"`);
  const values: Record<string, string> = {};
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const type = Object.hasOwn(options, token.name) ? options[token.name]?.type : undefined;
    if (type === undefined) problems.push(`${token.rawName}: unknown flag`);
    else if (type === 'string' && token.value === undefined) {
      problems.push(`${token.rawName}: expected a value`);
    } else if (type === 'boolean' && token.value !== undefined && !switches.has(token.name)) {
      problems.push(`${token.rawName}: expected no value`);
    } else if (lists.has(token.name) && token.name in values) {
      values[token.name] = [values[token.name], token.value].join('\n');
    } else values[token.name] = token.value ?? 'true';
  }
  return {
    command,
    flags: values,
    help: 'help' in values,
    version: 'version' in values,
    checkConfig: 'check-config' in values,
    problems,
  };
}

function isCommand(text: string): text is Command {
  return Object.hasOwn(COMMANDS, text);
}
