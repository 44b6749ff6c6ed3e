import { validateHeaderValue } from 'node:http';
import { dirname, resolve } from 'node:path';
import { FileContentError, readTextFile, stampOf } from '../files.ts';
import { readTlsServer, type ServerTls } from './tls.ts';
import { got, YamlSection } from '../yaml-section.ts';

/** How our own port is protected, in the format of Prometheus' exporter-toolkit. */
export interface WebConfigFile {
  readonly path: string;
  readonly tls: ServerTls | null;
  /** Bcrypt hashes by user; without any, no password is required. */
  readonly users: ReadonlyMap<string, string>;
  /** Of every response. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of this file and the files that it names, by path, taken before they were read. */
  readonly stamps: ReadonlyMap<string, string>;
}

/**
 * @param stamps filled even where this throws.
 * @throws FileContentError that names each key with which something is wrong, or an Error when
 * the file cannot be read.
 */
export function readWebConfig(path: string, stamps = new Map<string, string>()): WebConfigFile {
  const problems: string[] = [];
  const read = (file: string) => {
    stamps.set(file, stampOf(file));
    return readTextFile(file);
  };
  const root = YamlSection.parse(read(path), problems, 'tls_server_config');
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
  if (problems.length > 0) throw new FileContentError(problems);
  return config;
}

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

const MIN_COST = 4;

/** Each step doubles the time: 15 takes seconds for a login, and 20 minutes. */
const MAX_COST = 15;

function readUsers(section: YamlSection): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  for (const [user, hash] of section.texts()) {
    const cost = Number(BCRYPT.exec(hash ?? '')?.[1]);
    if (user.includes(':')) {
      section.note(user, 'expected a name without a colon, which basic auth does not allow');
    } else if (hash === null || !(cost >= MIN_COST)) {
      section.note(user, 'expected a bcrypt hash, which begins like $2y$10$');
    } else if (cost > MAX_COST) {
      section.note(user, `expected a bcrypt hash of cost ${MAX_COST} at most, got cost ${cost}`);
    } else users.set(user, hash);
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

function readHttpServer(section: YamlSection): Readonly<Record<string, string>> {
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
      given.note(name, `expected ${values.join(' or ')}${got(value)}`);
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
