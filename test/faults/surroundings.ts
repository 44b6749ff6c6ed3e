import dns from 'node:dns';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

// Loaded into the exporter before itself: what its machine tells it is what a test wrote down.
const folder = process.env['SURROUNDINGS'] ?? '';
const known = path.join(folder, 'known');
const offset = path.join(folder, 'offset');

const lookup = dns.lookup;
dns.lookup = ((host: string, ...rest: never[]) => {
  // Until it is known, the real resolver looks for a name that nobody can have.
  (lookup as (...all: unknown[]) => void)(existsSync(known) ? '127.0.0.1' : host, ...rest);
}) as typeof lookup;

const now = Date.now;
Date.now = () => now() + (existsSync(offset) ? Number(readFileSync(offset, 'utf8')) : 0);
