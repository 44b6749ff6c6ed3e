import { parseArgs } from 'node:util';
import { flagOf, type Setting, SETTINGS } from '../config/settings.ts';
import { type Command, type CommandSpec, COMMANDS } from './commands.ts';

export interface CommandLine {
  /** `serve` if the command is unknown, which is then among the problems. */
  readonly command: Command;
  /** The argument of the command; undefined if it has none. */
  readonly argument: string | undefined;
  /** Values by flag name; a flag without a value has the value `true`. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly help: boolean;
  readonly version: boolean;
  readonly checkConfig: boolean;
  /** What is wrong with the arguments, one line each, without anything that may be a secret. */
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
  const wanted = argumentOf(command);
  const argument = wanted === undefined ? undefined : others.shift();
  // An empty one is a variable of the shell without a value.
  if (wanted !== undefined && !argument?.value) {
    problems.push(`${command}: expected ${wanted} after it`);
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
    argument: argument?.value,
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

function argumentOf(command: Command): string | undefined {
  const spec: CommandSpec = COMMANDS[command];
  return spec.argument;
}

function ownerOf(flag: string): Command | undefined {
  return COMMAND_NAMES.find((command) => COMMANDS[command].flags.some(({ name }) => name === flag));
}

function isCommand(text: string): text is Command {
  return Object.hasOwn(COMMANDS, text);
}

/*
 * Problems of unknown arguments. Any of them may be a secret, such as the password
 * behind a misspelt flag, so that one is quoted only where it is a name that we have, or nearly.
 */

/** @param position of the argument, from 1. */
export function unknownCommand(
  text: string,
  position: number,
  commands: readonly string[],
): string {
  const near = suggest(text, commands);
  return near === undefined
    ? `argument ${position}: unknown command, expected one of ${commands.join(', ')}`
    : `unknown command "${text}", did you mean "${near}"?`;
}

export interface UnknownFlag {
  /** The whole argument, of which the part before a = is the flag. */
  readonly argument: string;
  /** From 1. */
  readonly position: number;
  /** Whether it may be the value of a flag before it. */
  readonly isMaybeValue: boolean;
}

/**
 * @param known names of the flags that the command takes, without dashes.
 * @param owner of a flag that another command takes.
 */
export function unknownFlag(
  { argument, position, isMaybeValue }: UnknownFlag,
  known: readonly string[],
  owner: (flag: string) => Command | undefined,
): string {
  const dashes = argument.startsWith('--') ? '--' : '-';
  const name = argument.slice(dashes.length).replace(/=.*/s, '');
  const other = owner(name);
  if (other !== undefined) return `${dashes}${name}: unknown flag, it belongs to ${other}`;
  const normalized = name.toLowerCase().replaceAll('_', '-');
  const beginning = known.find((flag) => name.startsWith(flag) && name !== flag);
  const near = suggest(normalized, known) ?? beginning;
  const hint = near === undefined ? '' : `, did you mean --${near}?`;
  const isWord = /^[a-z]+(?:[.-][a-z]+)*$/.test(name) && !isMaybeValue && dashes === '--';
  let shown = `argument ${position}`;
  // What follows the name of a flag may be a value that lacks its space.
  if (beginning !== undefined) shown = `${dashes}${beginning}…`;
  else if (near !== undefined || isWord || name.length === 1) shown = `${dashes}${name}`;
  return `${shown}: unknown flag${hint}`;
}

/** A longer word is no typing mistake. */
const MAX_LENGTH = 64;

/**
 * The candidate that was probably meant by a word: the one with the fewest typing mistakes,
 * of which there may be one in three characters, or one that begins with the word.
 */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  const limit = Math.min(3, Math.max(1, Math.floor(word.length / 3)));
  const ranked = candidates
    .map((candidate) => ({ candidate, mistakes: countMistakes(word, candidate) }))
    .sort((a, b) => a.mistakes - b.mistakes);
  const [best] = ranked;
  if (best !== undefined && best.mistakes <= limit) return best.candidate;
  if (word.length < 3) return undefined;
  return ranked.find(({ candidate }) => candidate.startsWith(word))?.candidate;
}

/** Characters added, left out, exchanged for another or for their neighbour. */
function countMistakes(a: string, b: string): number {
  // Of the beginnings of `a` and `b`, by their lengths.
  const counts = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => counts[row]?.[column] ?? Infinity;
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    counts.push(current);
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + (isSame ? 0 : 1),
          isSwapped ? at(row - 2, column - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(a.length, b.length);
}
