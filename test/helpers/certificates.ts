import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Files in PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends KeyPair {
  /** Makes a certificate for a host name or IP address, and for a client of that name. */
  issue(name: string, days?: number): Promise<KeyPair>;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

const alternative = (name: string) =>
  `subjectAltName=${/^[\d.]+$/.test(name) ? 'IP' : 'DNS'}:${name}`;

/** A certificate that vouches for itself. */
export async function selfSigned(folder: string, name: string): Promise<KeyPair> {
  const pair = filesOf(folder, `self-signed-${name}`);
  await run('openssl', [
    ...['req', '-x509', ...NEW_KEY, '-days', '2', '-subj', `/CN=${name}`],
    ...['-addext', alternative(name), '-keyout', pair.key, '-out', pair.cert],
  ]);
  return pair;
}

export async function createAuthority(folder: string, name = 'ca'): Promise<Authority> {
  const own = filesOf(folder, name);
  await run('openssl', [
    ...['req', '-x509', ...NEW_KEY, '-days', '2', '-subj', `/CN=${name}`],
    ...['-addext', 'keyUsage=critical,keyCertSign', '-keyout', own.key, '-out', own.cert],
  ]);
  return {
    ...own,
    async issue(subject, days = 2) {
      const pair = filesOf(folder, `${name}-${subject}`);
      const request = `${pair.key}.csr`;
      const extensions = `${pair.key}.ext`;
      await writeFile(extensions, alternative(subject));
      await run('openssl', [
        ...['req', ...NEW_KEY, '-subj', `/CN=${subject}`, '-keyout', pair.key, '-out', request],
      ]);
      await run('openssl', [
        ...['x509', '-req', '-in', request, '-CA', own.cert, '-CAkey', own.key],
        ...['-CAcreateserial', '-days', String(days), '-extfile', extensions, '-out', pair.cert],
      ]);
      return pair;
    },
  };
}

function filesOf(folder: string, name: string): KeyPair {
  return { cert: path.join(folder, `${name}.pem`), key: path.join(folder, `${name}.key`) };
}
