import { dirname, resolve } from 'node:path';
import type { ClientOptions } from '../../locust/client/client.ts';
import { checkClientKey, readCertificates } from '../certificates.ts';
import { FileContentError, readHeaders, readSecret, readTextFile, stampOf } from '../files.ts';
import type { FollowedFile } from '../follow-file.ts';
import { durationFrom, parseLoginPath } from '../parse-values.ts';
import { isPath } from '../redact.ts';
import { YamlSection } from '../yaml-section.ts';
import { parseAllowList, type AllowList } from './allow-list.ts';

/** How one kind of Locust is read; what the settings `LOCUST_…` are for a single one. */
export interface ProbeModule {
  readonly name: string;
  readonly access: Pick<ClientOptions, 'credentials' | 'headers' | 'login' | 'tls'>;
  /** null for LOCUST_TIMEOUT. */
  readonly timeoutMs: number | null;
  /** The hosts that may get its secrets; null for all of PROBE_TARGETS. */
  readonly targets: AllowList | null;
  /** Two modules have the same one only if all their settings are the same. It contains secrets. */
  readonly identity: string;
}

export interface ProbeConfigFile extends FollowedFile {
  readonly modules: ReadonlyMap<string, ProbeModule>;
}

const SWITCH: Readonly<Record<string, boolean>> = { true: true, false: false };

const KEYS = [
  ...['username', 'password', 'password_file', 'headers_file', 'ca_file', 'tls_insecure'],
  ...['client_cert_file', 'client_key_file', 'timeout', 'targets'],
  ...['login_path', 'login_username_field', 'login_password_field'],
];

/**
 * @param stamps filled even where this throws.
 * @throws FileContentError that names each key with which something is wrong, or an Error when
 * the file cannot be read.
 */
export function readProbeConfig(path: string, stamps = new Map<string, string>()): ProbeConfigFile {
  const problems: string[] = [];
  stamps.set(path, stampOf(path));
  const root = YamlSection.parse(readTextFile(path), problems, 'modules');
  root.allow(['modules']);
  const stamped = (file: string) => {
    const whole = resolve(dirname(path), file);
    stamps.set(whole, stampOf(whole));
    return whole;
  };
  const modules = new Map<string, ProbeModule>();
  for (const [name, section] of root.section('modules').sections()) {
    if (!/^[\w.-]{1,64}$/.test(name)) {
      root.section('modules').note(name, 'expected a name of letters, digits and -._');
    }
    modules.set(name, readModule(name, section, stamped));
  }
  if (modules.size === 0) root.note('modules', 'expected at least one module');
  if (problems.length > 0) throw new FileContentError(problems);
  return { path, modules, stamps };
}

function readModule(
  name: string,
  section: YamlSection,
  stamped: (file: string) => string,
): ProbeModule {
  section.allow(KEYS);

  /** @param read gets an absolute path. */
  function fromFile<T>(key: string, read: (path: string) => T): T | undefined {
    const file = section.text(key);
    if (file === null) return undefined;
    try {
      return read(stamped(file));
    } catch (error) {
      const shown = isPath(file) ? `, got "${file}"` : '';
      section.note(key, `${(error as Error).message}${shown}`);
      return undefined;
    }
  }

  function parsed<T>(key: string, parse: (text: string) => T): T | null {
    const text = section.text(key);
    if (text === null) return null;
    try {
      return parse(text);
    } catch (error) {
      section.note(key, (error as Error).message);
      return null;
    }
  }

  const username = section.text('username') ?? '';
  const password = readPassword();
  const loginPath = parsed('login_path', parseLoginPath);
  const headers = fromFile('headers_file', readHeaders)?.headers;
  const rules = section.textList('targets')?.join('\n').trim() ?? '';
  const targets = rules === '' ? null : parsedList(rules);
  const access = {
    ...(loginPath === null ? basicAuth() : { login: readLogin(loginPath) }),
    headers,
    tls: readTls(),
  };
  const timeoutMs = parsed('timeout', durationFrom(1, '1ms'));
  const identity = JSON.stringify([access, timeoutMs, rules]);
  return { name, access, timeoutMs, targets, identity };

  function readPassword(): string {
    const inline = section.text('password');
    const secret = fromFile('password_file', readSecret)?.secret;
    if (inline !== null && section.text('password_file') !== null) {
      section.note('password_file', 'expected nothing beside password');
    }
    return inline ?? secret ?? '';
  }

  function basicAuth(): ProbeModule['access'] {
    // In basic auth a colon ends the user's name (RFC 7617).
    if (username.includes(':')) {
      section.note('username', 'expected a user without a colon, which basic auth does not allow');
    }
    if (username === '' && password === '') return {};
    return { credentials: { username, password } };
  }

  function readLogin(path: string): NonNullable<ProbeModule['access']['login']> {
    const userField = section.text('login_username_field') ?? 'username';
    const passwordField = section.text('login_password_field') ?? 'password';
    if (username === '') section.note('username', 'expected a user for the login form');
    if (userField === passwordField) {
      section.note('login_password_field', 'expected another field than login_username_field');
    }
    return { path, fields: { [userField]: username, [passwordField]: password } };
  }

  function readTls(): NonNullable<ProbeModule['access']['tls']> {
    const cert = fromFile('client_cert_file', readCertificates)?.pem;
    const key = fromFile('client_key_file', readSecret)?.secret;
    const named = (['client_cert_file', 'client_key_file'] as const).map((one) =>
      section.text(one),
    );
    if ((named[0] === null) !== (named[1] === null)) {
      section.note('client_key_file', 'expected both this and client_cert_file');
    }
    if (cert !== undefined && key !== undefined) {
      const problem = checkClientKey(cert, key, 'client_cert_file');
      if (problem !== null) section.note('client_key_file', problem);
    }
    return {
      ca: fromFile('ca_file', readCertificates)?.pem,
      insecure: section.choice('tls_insecure', SWITCH) ?? false,
      client: cert === undefined || key === undefined ? undefined : { cert, key },
    };
  }

  function parsedList(text: string): AllowList | null {
    try {
      return parseAllowList(text);
    } catch (error) {
      section.note('targets', (error as Error).message);
      return null;
    }
  }
}
