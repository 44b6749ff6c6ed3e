import { RE2JS } from 're2js';

/** Whether a regex has a match anywhere in a text. */
export type Pattern = (text: string) => boolean;

/** Replaces all matches of a regex in a text. */
export type Rewrite = (text: string) => string;

/**
 * Each match means a search of its own, and a search may go to the end of the text: only
 * with a bound does the time grow no faster than the text.
 */
const MAX_MATCHES = 100;

/**
 * Reads rules `regex => replacement`, one a line. Regexes are RE2's, which need a time in
 * proportion to the text. In a replacement, `$1` and `${1}` are a group by its number (0 is
 * the whole match), `${name}` is one by its name, and `$$` is a `$`.
 *
 * @throws Error that names the line.
 */
export function parseRewrites(text: string): readonly Rewrite[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [parseRule(line.trim())];
    } catch (error) {
      throw new Error(`line ${index + 1}: ${(error as Error).message}`, { cause: error });
    }
  });
}

/** @throws Error */
export function parsePattern(text: string): Pattern {
  const source = text.trim();
  if (source === '') throw new Error('expected a regex');
  if (source.includes('\n')) throw new Error('expected one regex, in one line');
  const regex = compile(source);
  return (value) => regex.test(value);
}

function parseRule(line: string): Rewrite {
  const [, source, replacement = ''] = /^(.*?)\s=>(?:\s+(.*))?$/.exec(line) ?? [];
  if (source === undefined || source.trim() === '') {
    throw new Error('expected "regex => replacement"');
  }
  const regex = compile(source.trim());
  const pieces = parseReplacement(replacement, regex);
  return (text) => {
    let result = '';
    let end = 0;
    let places = 0;
    for (const match of regex.matchAll(text)) {
      const { index = 0 } = match;
      // As sed has it: `.*` matches a text once, and not again at its end.
      if (match[0] === '' && index === end && places > 0) continue;
      result += text.slice(end, index);
      // A group that had no part in the match is empty.
      for (const piece of pieces)
        result += typeof piece === 'string' ? piece : (match[piece] ?? '');
      end = index + match[0].length;
      if (++places === MAX_MATCHES) break;
    }
    return places === 0 ? text : result + text.slice(end);
  };
}

/** @returns texts, and numbers of groups. */
function parseReplacement(text: string, regex: RE2JS): (string | number)[] {
  const names = regex.namedGroups() as Readonly<Record<string, number>>;
  const parts = text.matchAll(/[^$]+|\$(?:(\$)|(\d+)|\{(\w+)\})?/g);
  return Array.from(parts, ([part, dollar, number, name = number]) => {
    if (!part.startsWith('$')) return part;
    if (dollar !== undefined) return '$';
    if (name === undefined) {
      throw new Error('expected $1, ${1}, ${name} or $$ where the replacement has a $');
    }
    const group = /^\d+$/.test(name) ? Number(name) : Object.hasOwn(names, name) && names[name];
    if (typeof group !== 'number' || group > regex.groupCount()) {
      throw new Error(`the regex has no group ${name}`);
    }
    return group;
  });
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    throw new Error(explain(source, (error as Error).message), { cause: error });
  }
}

/** @param complaint of re2js, which ends with the part that it could not read. */
function explain(source: string, complaint: string): string {
  if (/`\(\?<?[=!]/.test(complaint)) return 'RE2 has no lookarounds such as (?=…) or (?<!…)';
  const isBackreference = /`(?:\\[1-9k]|\(\?P`$)/.test(complaint);
  if (isBackreference && /\\[1-9k]|\(\?P=/.test(source)) {
    return 'RE2 has no backreferences such as \\1';
  }
  return `expected a regex as RE2 has it: ${complaint.replace('error parsing regexp: ', '')}`;
}
