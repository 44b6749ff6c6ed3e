import type { Family } from '../../src/metrics/exposition/family.ts';
import { parseExposition, type ParsedFamily } from './parse-exposition.ts';
import { renderExposition } from './render-exposition.ts';

/** What Prometheus gets of families, without those that have no samples. */
export function readFamilies(families: readonly Family[]): ParsedFamily[] {
  const text = renderExposition(families, 'text');
  return text === '' ? [] : parseExposition(text, 'text');
}
