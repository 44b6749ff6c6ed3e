import { readFileSync } from 'node:fs';
import path from 'node:path';

const DOCKERFILE = path.resolve(import.meta.dirname, '../../Dockerfile');

/** What the image sets for the allocator of the C library. */
export const SHIPPED_ENVIRONMENT: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from(readFileSync(DOCKERFILE, 'utf8').matchAll(/\b(MALLOC_\w+)=(\S+)/g), (match) => [
    match[1]!,
    match[2]!,
  ]),
);
