/** Why something cannot be had here, or undefined when it is there. */
export type Missing = string | undefined;

/**
 * Options of a test that needs real programs: `test(name, needs(whyLocustIsMissing('2.31.8')), …)`.
 * Where one is missing the test is skipped and says which. Where CI is set everything has to be
 * there: the test runs, and fails with the same words when it tries to start what is missing.
 */
export function needs(...missing: Missing[]): { skip?: string } {
  return process.env['CI'] ? {} : needsOptional(...missing);
}

/** Like `needs`, for what may be missing even where CI is set. */
export function needsOptional(...missing: Missing[]): { skip?: string } {
  const reasons = missing.filter((reason) => reason !== undefined);
  return reasons.length === 0 ? {} : { skip: reasons.join('; ') };
}

/** Throws the reason; called by whatever starts the program in question. */
export function demand(missing: Missing): void {
  if (missing !== undefined) throw new Error(missing);
}
