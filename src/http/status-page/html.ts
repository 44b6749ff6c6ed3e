import escapeHtml from 'escape-html';

/**
 * Markup that may stand in a page as it is, between tags or in a double-quoted attribute.
 * The constructor does not escape its text: use it for constants only, and `html` for all else.
 */
export class SafeHtml {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

export type HtmlValue = SafeHtml | string | number | null | undefined | readonly HtmlValue[];

/** Template tag: strings are escaped, lists joined, `null` and `undefined` leave nothing. */
export function html(literals: TemplateStringsArray, ...values: readonly HtmlValue[]): SafeHtml {
  let markup = literals[0] ?? '';
  for (const [index, value] of values.entries()) {
    markup += toMarkup(value) + (literals[index + 1] ?? '');
  }
  return new SafeHtml(markup);
}

function toMarkup(value: HtmlValue): string {
  if (value === null || value === undefined) return '';
  if (value instanceof SafeHtml) return value.toString();
  if (typeof value === 'object') return value.map(toMarkup).join('');
  return escapeHtml(String(value));
}
