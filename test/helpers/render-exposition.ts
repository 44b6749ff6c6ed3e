import { END, renderFamilies, type ExpositionFormat } from '../../src/metrics/exposition.ts';
import type { Family } from '../../src/metrics/family.ts';

/** A whole exposition, written without a pause. */
export function renderExposition(families: Iterable<Family>, format: ExpositionFormat): string {
  const work = renderFamilies(families, format);
  let step = work.next();
  while (!step.done) step = work.next();
  return `${step.value.toString()}${END[format]}`;
}
