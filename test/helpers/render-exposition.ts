import { atOnce } from '../../src/async/in-turns.ts';
import {
  END,
  renderFamilies,
  type ExpositionFormat,
} from '../../src/metrics/exposition/encode-text.ts';
import type { Family } from '../../src/metrics/exposition/family.ts';
import { createTextBuffer } from '../../src/metrics/exposition/text-buffer.ts';

/** A whole exposition, written without a pause. */
export function renderExposition(families: readonly Family[], format: ExpositionFormat): string {
  const text = createTextBuffer();
  atOnce(renderFamilies(families, format, text));
  text.add(END[format]);
  return text.bytes().toString();
}
