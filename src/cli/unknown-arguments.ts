import type { Command } from './commands.ts';
import { suggest } from './suggest.ts';

/*
 * Problems of arguments that nobody knows. Any of them may be a secret, such as the password
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
