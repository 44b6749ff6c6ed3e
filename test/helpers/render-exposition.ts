import { END, renderFamilies, type ExpositionFormat } from '../../src/metrics/exposition.ts';
import type { Family } from '../../src/metrics/family.ts';
import { createTextBuffer } from '../../src/metrics/text-buffer.ts';

/** A whole exposition, written without a pause. */
export function renderExposition(families: Iterable<Family>, format: ExpositionFormat): string {
  const text = createTextBuffer();
  const work = renderFamilies(families, format, text);
  while (work.next().done !== true);
  text.add(END[format]);
  return text.bytes().toString();
}
