import { runSync } from '../../src/async/run-yielding.ts';
import type { TextFormat } from '../../src/metrics/exposition/encode-text.ts';
import type { Family } from '../../src/metrics/exposition/family.ts';
import { createPage, type ExpositionFormat } from '../../src/metrics/exposition/formats.ts';

/** A whole exposition, written without a pause. */
export function encodeExposition(families: readonly Family[], format: ExpositionFormat): Buffer {
  const page = createPage(format);
  runSync(page.write(families));
  page.end();
  return page.bytes();
}

export function renderExposition(families: readonly Family[], format: TextFormat): string {
  return encodeExposition(families, format).toString();
}
