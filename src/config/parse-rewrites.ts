export interface Rewrite {
  readonly pattern: Pattern;
  readonly replacement: string;
}

export interface Pattern {
  readonly source: string;
}

export function parseRewrites(text: string): readonly Rewrite[] {
  return text === '' ? [] : [{ pattern: parsePattern(text), replacement: '' }];
}

export function parsePattern(text: string): Pattern {
  return { source: text };
}
