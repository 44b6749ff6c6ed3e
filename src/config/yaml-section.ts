import { parseDocument, type YAMLParseError } from 'yaml';
import { FileContentError } from './files.ts';

/**
 * A part of a file of settings in YAML. Problems are collected with the path of their key, so
 * that all of them can be reported at once.
 */
export class YamlSection {
  readonly #key: string;
  readonly #entries: ReadonlyMap<unknown, unknown>;
  readonly #problems: string[];

  private constructor(key: string, entries: ReadonlyMap<unknown, unknown>, problems: string[]) {
    this.#key = key;
    this.#entries = entries;
    this.#problems = problems;
  }

  /**
   * @param example a key that such a file has.
   * @throws FileContentError when the text is not YAML, without quoting it: it may hold secrets.
   */
  static parse(text: string, problems: string[], example: string): YamlSection {
    // In this schema every value is a string, as it was written.
    const document = parseDocument(text, { schema: 'failsafe' });
    const [error] = document.errors;
    if (error !== undefined) throw new FileContentError([describeSyntaxError(error)]);
    let content: unknown;
    try {
      content = document.toJS({ mapAsMap: true });
    } catch {
      throw new FileContentError(['expected YAML whose aliases (*name) lead to something']);
    }
    if (content !== null && !(content instanceof Map)) {
      throw new FileContentError([`expected YAML with keys such as ${example}`]);
    }
    return new YamlSection('', (content as Map<unknown, unknown> | null) ?? new Map(), problems);
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  note(name: string, problem: string): void {
    this.#problems.push(`${this.#pathOf(name)}: ${problem}`);
  }

  /** Refuses every key that is not `known`. */
  allow(known: readonly string[], unsupported: readonly string[] = []): void {
    for (const name of this.#entries.keys()) {
      if (known.includes(name as string)) continue;
      const isUnsupported = unsupported.includes(name as string);
      this.note(
        String(name),
        isUnsupported ? 'this is not supported' : `expected one of ${known.join(', ')}`,
      );
    }
  }

  section(name: string): YamlSection {
    const value = this.#value(name);
    const isMap = value instanceof Map;
    if (value !== null && !isMap) this.note(name, 'expected keys with values');
    return new YamlSection(this.#pathOf(name), isMap ? value : new Map(), this.#problems);
  }

  /** All keys with what stands below them. */
  sections(): [string, YamlSection][] {
    return [...this.#entries.keys()].map((name) => [String(name), this.section(String(name))]);
  }

  /** @returns null where nothing is set. */
  text(name: string): string | null {
    const value = this.#value(name);
    if (value === null || typeof value === 'string') return value;
    this.note(name, 'expected a text');
    return null;
  }

  /** @returns the meaning that `choices` has for the text; null where nothing is set. */
  choice<T>(name: string, choices: Readonly<Record<string, T>>): T | null {
    const text = this.text(name);
    if (text === null) return null;
    return this.#choose(name, text, choices);
  }

  choiceList<T>(name: string, choices: Readonly<Record<string, T>>): T[] {
    const value = this.#value(name);
    if (value === null) return [];
    if (!Array.isArray(value)) {
      this.note(name, 'expected a list');
      return [];
    }
    return value
      .map((one, index) => this.#choose(`${name}[${index}]`, one, choices))
      .filter((one) => one !== null);
  }

  /**
   * The texts of a list, or the only one. A list that a template left empty is a problem, since it
   * does not mean the same as no list.
   *
   * @returns null where there is no such key.
   */
  textList(name: string): string[] | null {
    if (!this.#entries.has(name)) return null;
    const value = this.#value(name) ?? [];
    const texts = Array.isArray(value) ? value : [value];
    if (texts.every((one) => typeof one === 'string')) {
      if (texts.join('').trim() === '') this.note(name, 'expected at least one, or no such key');
      return texts;
    }
    this.note(name, 'expected a list of texts');
    return [];
  }

  /** All keys with their texts. */
  texts(): [string, string | null][] {
    return [...this.#entries.keys()]
      .filter((name) => typeof name === 'string')
      .map((name) => [name, this.text(name)]);
  }

  #choose<T>(name: string, text: unknown, choices: Readonly<Record<string, T>>): T | null {
    const choice =
      typeof text === 'string' && Object.hasOwn(choices, text) ? choices[text] : undefined;
    if (choice !== undefined) return choice;
    this.note(name, `expected one of ${Object.keys(choices).join(', ')}${got(text)}`);
    return null;
  }

  #value(name: string): unknown {
    const value = this.#entries.get(name) ?? null;
    return value === '' || value === '~' || value === 'null' ? null : value;
  }

  #pathOf(name: string): string {
    if (KEY.test(name)) return this.#key === '' ? name : `${this.#key}.${name}`;
    return `${this.#key}[key ${[...this.#entries.keys()].indexOf(name) + 1}]`;
  }
}

/** A key of another form may be a secret in the wrong place, such as in `{user:password}`. */
const KEY = /^[\w.@-]{1,64}(?:\[\d+\])?$/;

/** The end of a problem that shows a value which is no secret and has a plain form. */
export function got(value: unknown): string {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? `, got "${value}"` : '';
}

/** The message of the parser itself may quote the text. */
function describeSyntaxError({ code, linePos }: Pick<YAMLParseError, 'code' | 'linePos'>): string {
  const [{ line, col } = { line: 1, col: 1 }] = linePos ?? [];
  const what = code.toLowerCase().replaceAll('_', ' ');
  return `expected YAML, but found: ${what} at line ${line}, column ${col}`;
}
