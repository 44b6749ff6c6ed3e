/** Releases in which something is true, both ends included; an open end is left out. */
export interface VersionRange {
  readonly since?: string;
  readonly until?: string;
}

export function isWithin(version: string, { since, until }: VersionRange): boolean {
  const at = rank(version);
  return (since === undefined || at >= rank(since)) && (until === undefined || at <= rank(until));
}

function rank(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return major * 1e6 + minor * 1e3 + patch;
}
