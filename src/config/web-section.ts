import { parseDocument } from 'yaml';

/**
 * A part of the web configuration. What is wrong in it is noted by the path of its key, so
 * that all of it can be told at once.
 */
export class WebSection {
  readonly #key: string;
  readonly #entries: ReadonlyMap<unknown, unknown>;
  readonly #problems: string[];

  private constructor(key: string, entries: ReadonlyMap<unknown, unknown>, problems: string[]) {
    this.#key = key;
    this.#entries = entries;
    this.#problems = problems;
  }

  /** @throws Error when the text is not YAML, without quoting it: it may hold secrets. */
  static parse(text: string, problems: string[]): WebSection {
    // In this schema every value is a text, as it was written.
    const document = parseDocument(text, { schema: 'failsafe' });
    const [error] = document.errors;
    if (error !== undefined) {
      throw new Error(
        `expected YAML, but ${error.message.split('\n')[0]?.replace(/:$/, '') ?? ''}`,
      );
    }
    let content: unknown;
    try {
      content = document.toJS({ mapAsMap: true });
    } catch {
      throw new Error('expected YAML whose aliases (*name) lead to something');
    }
    if (content !== null && !(content instanceof Map)) {
      throw new Error('expected YAML with keys such as tls_server_config');
    }
    return new WebSection('', (content as Map<unknown, unknown> | null) ?? new Map(), problems);
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
        typeof name === 'string' ? name : '?',
        isUnsupported ? 'this is not supported' : `expected one of ${known.join(', ')}`,
      );
    }
  }

  section(name: string): WebSection {
    const value = this.#value(name);
    const isMap = value instanceof Map;
    if (value !== null && !isMap) this.note(name, 'expected keys with values');
    return new WebSection(this.#pathOf(name), isMap ? value : new Map(), this.#problems);
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

  /** All keys with their texts. */
  texts(): [string, string | null][] {
    return [...this.#entries.keys()]
      .filter((name) => typeof name === 'string')
      .map((name) => [name, this.text(name)]);
  }

  #choose<T>(name: string, text: unknown, choices: Readonly<Record<string, T>>): T | null {
    const choice = typeof text === 'string' && Object.hasOwn(choices, text) && choices[text];
    if (choice !== false && choice !== undefined) return choice;
    this.note(name, `expected one of ${Object.keys(choices).join(', ')}`);
    return null;
  }

  #value(name: string): unknown {
    const value = this.#entries.get(name) ?? null;
    return value === '' || value === '~' || value === 'null' ? null : value;
  }

  #pathOf(name: string): string {
    return this.#key === '' ? name : `${this.#key}.${name}`;
  }
}
