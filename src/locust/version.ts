/** A Locust version as comparable numbers: `2.46.3.dev12` is [2, 46, 3]. */
export type Version = readonly [number, number, number];

export function parseVersion(text: string | null): Version | null {
  const match = /^v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?/.exec(text ?? '');
  return match === null ? null : [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

export function isBefore(version: Version, [major, minor, patch]: Version): boolean {
  if (version[0] !== major) return version[0] < major;
  if (version[1] !== minor) return version[1] < minor;
  return version[2] < patch;
}
