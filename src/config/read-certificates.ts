import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A file of one or more certificates in PEM. */
export interface Certificates {
  readonly path: string;
  readonly pem: string;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** @throws Error when the file cannot be read or holds no certificate. */
export function readCertificates(path: string): Certificates {
  const pem = read(path);
  const found = pem.match(CERTIFICATE);
  if (found === null) throw new Error('expected a file of certificates in PEM');
  for (const [index, one] of found.entries()) {
    try {
      new X509Certificate(one);
    } catch {
      throw new Error(`expected certificates in PEM, but number ${index + 1} is broken`);
    }
  }
  return { path, pem };
}

const READ_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is none',
  EACCES: 'no permission to read it',
  EISDIR: 'it is a folder',
};

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = (code === undefined ? undefined : READ_PROBLEMS[code]) ?? message;
    throw new Error(`expected a file that can be read (${reason})`, { cause: error });
  }
}
