import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { readTextFile } from './files.ts';

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

/**
 * What is wrong with a key for a certificate, both in PEM; null when it can be used.
 *
 * @param certName of the setting that names the certificate.
 */
export function checkClientKey(
  cert: string,
  pem: string,
  certName = 'LOCUST_CLIENT_CERT_FILE',
): string | null {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return 'expected a key in PEM, without a passphrase';
  }
  if (!new X509Certificate(cert).checkPrivateKey(key)) {
    return `expected the key of the first certificate in ${certName}`;
  }
  try {
    createSecureContext({ cert, key: pem });
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return `expected a key and a certificate that TLS can use (${code ?? 'unusable'})`;
  }
}
