import { parseArgs } from 'node:util';
import { flagOf, SETTINGS, type Setting } from '../config/settings.ts';
import { COMMANDS, type Command } from './commands.ts';
import { unknownCommand, unknownFlag } from './unknown-arguments.ts';

export interface CommandLine {
  /** `serve` where it is unknown, which is a problem then. */
  readonly command: Command;
  /** Values by flag name; a flag without a value has the value `true`. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly help: boolean;
  readonly version: boolean;
  readonly checkConfig: boolean;
  /** What is wrong with the arguments, each in a line, without what may be a secret. */
  readonly problems: readonly string[];
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

const GENERAL: Options = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  'check-config': { type: 'boolean' },
};

const COMMAND_NAMES = Object.keys(COMMANDS) as Command[];

export function parseCommandLine(argv: readonly string[]): CommandLine {
  const { options: settings, switches, lists } = settingOptions();
  const all = { ...GENERAL, ...settings };
  for (const command of COMMAND_NAMES) Object.assign(all, optionsOf(command));
  // To the parser, the letters of -abc are flags of their own; to us they are one mistake.
  const { tokens } = parseArgs({
    args: argv.map((argument) => (hasOneDash(argument) ? `-${argument}` : argument)),
    options: all,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const isKnown = (name: string) => Object.hasOwn(all, name);

  /** Whether the argument may be the value of an unknown flag right before it. */
  const isMaybeValue = (index: number) =>
    tokens.some(
      (token) =>
        token.kind === 'option' &&
        token.index === index - 1 &&
        !isKnown(token.name) &&
        token.value === undefined,
    );
  const [first, ...others] = tokens
    .filter((token) => token.kind === 'positional')
    .filter(({ value, index }) => isCommand(value) || !isMaybeValue(index));
  const problems: string[] = [];
  const text = first?.value ?? 'serve';
  const command = isCommand(text) ? text : 'serve';
  if (first !== undefined && !isCommand(text)) {
    problems.push(unknownCommand(text, first.index + 1, COMMAND_NAMES));
  }
  problems.push(...others.map(({ index }) => `argument ${index + 1}: expected no more arguments`));

  // With an unknown command it is not known either which flags belong to it.
  const options = isCommand(text) ? { ...GENERAL, ...settings, ...optionsOf(text) } : all;
  const values: Record<string, string> = {};
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const argument = argv[token.index] ?? '';
    const isOption = Object.hasOwn(options, token.name) && !hasOneDash(argument);
    const type = isOption ? options[token.name]?.type : undefined;
    const value = token.inlineValue === false ? argv[token.index + 1] : token.value;
    if (type === undefined) {
      const unknown = {
        argument,
        position: token.index + 1,
        isMaybeValue: isMaybeValue(token.index),
      };
      problems.push(unknownFlag(unknown, Object.keys(options), ownerOf));
    } else if (type === 'string' && value === undefined) {
      problems.push(`${token.rawName}: expected a value`);
    } else if (type === 'boolean' && value !== undefined && !switches.has(token.name)) {
      problems.push(`${token.rawName}: expected no value`);
    } else if (lists.has(token.name) && token.name in values) {
      values[token.name] = [values[token.name], value].join('\n');
    } else values[token.name] = value ?? 'true';
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

/** Whether more than a letter follows a single dash. */
function hasOneDash(argument: string): boolean {
  return /^-[^-]./s.test(argument);
}

function settingOptions(): { options: Options; switches: Set<string>; lists: Set<string> } {
  const options: Options = {};
  const switches = new Set<string>();
  const lists = new Set<string>();
  for (const [name, { alias, isSwitch, isList }] of Object.entries<Setting<unknown>>(SETTINGS)) {
    options[flagOf(name)] = { type: isSwitch ? 'boolean' : 'string' };
    if (isSwitch) switches.add(flagOf(name));
    if (isList) lists.add(flagOf(name));
    if (alias !== undefined) options[alias.flag] = { type: 'string' };
  }
  return { options, switches, lists };
}

function optionsOf(command: Command): Options {
  return Object.fromEntries(
    COMMANDS[command].flags.map(({ name, value }) => [
      name,
      { type: value === null ? 'boolean' : 'string' },
    ]),
  );
}

function ownerOf(flag: string): Command | undefined {
  return COMMAND_NAMES.find((command) => COMMANDS[command].flags.some(({ name }) => name === flag));
}

function isCommand(text: string): text is Command {
  return Object.hasOwn(COMMANDS, text);
}
