import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** What is wrong with a key for a certificate, both in PEM; null when it can be used. */
export function checkClientKey(cert: string, pem: string): string | null {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return 'expected a key in PEM, without a passphrase';
  }
  if (!new X509Certificate(cert).checkPrivateKey(key)) {
    return 'expected the key of the first certificate in LOCUST_CLIENT_CERT_FILE';
  }
  try {
    createSecureContext({ cert, key: pem });
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return `expected a key and a certificate that TLS can use (${code ?? 'unusable'})`;
  }
}
