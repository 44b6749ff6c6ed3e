/** Draws numbers from 0 up to, not including, 1. */
export type Random = () => number;

/** Marsaglia's 32-bit xorshift: the same seed gives the same numbers. */
export function seededRandom(seed: number): Random {
  // Multiplying spreads neighbouring seeds; a state of 0 would stay 0 for ever.
  let state = Math.imul(seed + 1, 0x9e3779b1) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A response time around `medianMs`, skewed to the right; in eighths, so that sums are exact. */
export function drawResponseTimeMs(random: Random, medianMs: number, spread: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.min(60_000, Math.ceil(medianMs * Math.exp(spread * normal) * 8) / 8);
}
