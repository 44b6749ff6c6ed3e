import { X509Certificate } from 'node:crypto';
import { readTextFile } from './read-text-file.ts';

/** A file of one or more certificates in PEM. */
export interface Certificates {
  readonly path: string;
  readonly pem: string;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** @throws Error when the file cannot be read or holds no certificate. */
export function readCertificates(path: string): Certificates {
  const pem = readTextFile(path);
  parseCertificates(pem);
  return { path, pem };
}

/** @throws Error when there is none. */
export function parseCertificates(pem: string): X509Certificate[] {
  const found = pem.match(CERTIFICATE);
  if (found === null) throw new Error('expected a file of certificates in PEM');
  return found.map((one, index) => {
    try {
      return new X509Certificate(one);
    } catch {
      throw new Error(`expected certificates in PEM, but number ${index + 1} is broken`);
    }
  });
}
