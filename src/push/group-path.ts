/**
 * The path of a group of metrics. Values that hold a slash, or are dots alone, are in base64, as
 * the Pushgateway's documentation says.
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
