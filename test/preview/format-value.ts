type Scale = readonly (readonly [size: number, unit: string])[];

const SHORT: Scale = [
  [1e9, ' Bil'],
  [1e6, ' Mil'],
  [1e3, ' K'],
  [1, ''],
];
const BINARY: Scale = [
  [1024 ** 3, ' GiB'],
  [1024 ** 2, ' MiB'],
  [1024, ' KiB'],
  [1, ' B'],
];
const SECONDS: Scale = [
  [86_400, ' day'],
  [3600, ' hour'],
  [60, ' min'],
  [1, ' s'],
  [1e-3, ' ms'],
  [1e-6, ' µs'],
];

const SCALES: Readonly<Record<string, Scale>> = {
  short: SHORT,
  none: [[1, '']],
  locale: [[1, '']],
  bytes: BINARY,
  binBps: BINARY.map(([size, unit]) => [size, `${unit}/s`] as const),
  s: SECONDS,
  percentunit: [[0.01, '%']],
  reqps: SHORT.map(([size, unit]) => [size, `${unit} req/s`] as const),
};

/** A number as a person reads it. @throws Error for a unit that the preview does not know. */
export function formatValue(value: number, unit = 'short', decimals?: number): string {
  if (unit === 'dthms') return formatDuration(value);
  if (unit === 'locale')
    return value.toLocaleString('en', { maximumFractionDigits: decimals ?? 2 });
  const [size, suffix] = scaleFor(value, unit);
  return formatNumber(value / size, decimals) + suffix;
}

/** All ticks of an axis in one unit, with as many decimals as tell them apart. */
export function formatTicks(ticks: readonly number[], unit = 'short'): string[] {
  const largest = Math.max(...ticks.map(Math.abs));
  const [size, suffix] = scaleFor(largest, unit);
  const step = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0)) / size;
  const isEven = (digits: number) => Math.abs(Number(step.toFixed(digits)) - step) < step / 1e6;
  const decimals = [0, 1, 2, 3, 4, 5].find(isEven) ?? 6;
  return ticks.map((tick) => (tick / size).toFixed(decimals) + suffix);
}

function scaleFor(value: number, unit: string): readonly [number, string] {
  const suffix = /^suffix:(.+)$/.exec(unit)?.[1];
  const scale = suffix === undefined ? SCALES[unit] : ([[1, ` ${suffix}`]] as const);
  if (scale === undefined) throw new Error(`the preview does not know the unit ${unit}`);
  const zero = scale.find(([size]) => size === 1) ?? scale[0]!;
  if (value === 0) return zero;
  return scale.find(([size]) => Math.abs(value) >= size) ?? scale.at(-1)!;
}

function formatNumber(value: number, decimals?: number): string {
  if (decimals !== undefined) return value.toFixed(decimals);
  if (Number.isInteger(value)) return String(value);
  const whole = Math.abs(value);
  const digits = whole >= 100 ? 0 : whole >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}

/** As a clock does: 00:03:20. */
function formatDuration(seconds: number): string {
  const parts = [seconds / 3600, (seconds % 3600) / 60, seconds % 60];
  return parts.map((part) => String(Math.floor(part)).padStart(2, '0')).join(':');
}
