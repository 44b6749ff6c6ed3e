/**
 * The path of a group of metrics. prom-client's own is wrong for values that hold a slash, or
 * are dots alone, and for a base path that ends in a slash.
 */
export function groupPath(
  base: string,
  job: string,
  groupings: Readonly<Record<string, string>>,
): string {
  const labels = Object.entries({ job, ...groupings });
  return `${base.replace(/\/+$/, '')}/metrics${labels.map(pathOf).join('')}`;
}

function pathOf([name, value]: readonly [string, string]): string {
  const isPlain = !value.includes('/') && !/^\.*$/.test(value);
  if (isPlain) return `/${name}/${encodeURIComponent(value)}`;
  return `/${name}@base64/${Buffer.from(value).toString('base64url') || '='}`;
}
