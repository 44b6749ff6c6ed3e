import { readFileSync } from 'node:fs';

/** What a real Locust of this version answered. */
export function capture(version: string, file: string): string {
  return readFileSync(new URL(`../fixtures/locust-${version}/${file}`, import.meta.url), 'utf8');
}
