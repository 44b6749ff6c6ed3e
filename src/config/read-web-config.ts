import { statSync } from 'node:fs';
import { validateHeaderValue } from 'node:http';
import { dirname, resolve } from 'node:path';
import { readTextFile } from './read-text-file.ts';
import { readTlsServer, type ServerTls } from './read-tls-server.ts';
import { WebSection } from './web-section.ts';

/** How our own port is protected, in the format of Prometheus' exporter-toolkit. */
export interface WebConfigFile {
  readonly path: string;
  readonly tls: ServerTls | null;
  /** Bcrypt hashes by user; everybody may come in when there are none. */
  readonly users: ReadonlyMap<string, string>;
  /** Of every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of this file and of those that it names, by path, from before they were read. */
  readonly stamps: ReadonlyMap<string, string>;
}

/**
 * @param stamps filled even where this throws.
 * @throws Error that names each key with which something is wrong.
 */
export function readWebConfig(path: string, stamps = new Map<string, string>()): WebConfigFile {
  const problems: string[] = [];
  const read = (file: string) => {
    stamps.set(file, stampOf(file));
    return readTextFile(file);
  };
  const root = WebSection.parse(read(path), problems);
  root.allow(['tls_server_config', 'http_server_config', 'basic_auth_users'], ['rate_limit']);
  const config = {
    path,
    tls: readTlsServer(root.section('tls_server_config'), (name) =>
      read(resolve(dirname(path), name)),
    ),
    users: readUsers(root.section('basic_auth_users')),
    headers: readHttpServer(root.section('http_server_config')),
    stamps,
  };
  if (problems.length > 0) throw new Error(problems.join('; '));
  return config;
}

/** Changes when the file does, or where a link leads. */
export function stampOf(path: string): string {
  try {
    const { dev, ino, size, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, ctimeNs].join(' ');
  } catch {
    return '';
  }
}

const BCRYPT = /^\$2[aby]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

function readUsers(section: WebSection): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  for (const [user, hash] of section.texts()) {
    if (hash !== null && BCRYPT.test(hash)) users.set(user, hash);
    else section.note(user, 'expected a bcrypt hash, which begins like $2y$10$');
  }
  return users;
}

/** The toolkit's choice, with the values that it takes. */
const HEADERS: Readonly<Record<string, readonly string[] | null>> = {
  'Content-Security-Policy': null,
  'X-Frame-Options': ['deny', 'sameorigin'],
  'X-Content-Type-Options': ['nosniff'],
  'X-XSS-Protection': null,
  'Strict-Transport-Security': null,
};

function readHttpServer(section: WebSection): Readonly<Record<string, string>> {
  section.allow(['http2', 'headers']);
  const http2 = section.text('http2');
  if (http2 !== null && http2 !== 'false') {
    section.note('http2', 'expected false, because HTTP/2 is not supported');
  }
  const given = section.section('headers');
  given.allow(Object.keys(HEADERS));
  const headers: Record<string, string> = {};
  for (const [name, written] of given.texts()) {
    const value = written?.trim();
    const values = HEADERS[name];
    if (value === undefined || value === '' || values === undefined) continue;
    if (values !== null && !values.includes(value)) {
      given.note(name, `expected ${values.join(' or ')}`);
    }
    try {
      validateHeaderValue(name, value);
      headers[name] = value;
    } catch {
      given.note(name, 'expected one line of plain characters');
    }
  }
  return headers;
}
