import { createPrivateKey, type X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import { parseCertificates } from '../certificates.ts';
import { isPath } from '../redact.ts';
import type { YamlSection } from '../yaml-section.ts';

export interface ServerTls {
  readonly context: SecureContextOptions;
  readonly clientCertificate: ClientCertificate;
}

export interface ClientCertificate {
  readonly asked: boolean;
  readonly required: boolean;
  /** Whether a given certificate must be issued by an authority in `context`. */
  readonly verified: boolean;
}

const ANY_REQUIRED: ClientCertificate = { asked: true, required: true, verified: false };

/** By the names that Go gives them; the toolkit has one more for an older name. */
const CLIENT_AUTH_TYPES: Readonly<Record<string, ClientCertificate>> = {
  NoClientCert: { asked: false, required: false, verified: false },
  RequestClientCert: { asked: true, required: false, verified: false },
  RequireAnyClientCert: ANY_REQUIRED,
  RequireClientCert: ANY_REQUIRED,
  VerifyClientCertIfGiven: { asked: true, required: false, verified: true },
  RequireAndVerifyClientCert: { asked: true, required: true, verified: true },
};

const VERSIONS: Readonly<Record<string, SecureVersion>> = { TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' };

const FIXED_CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
];

/** OpenSSL's names by Go's; the ciphers of TLS 1.3 are always on, as in Go. */
const CIPHERS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(FIXED_CIPHERS.map((name) => [name, name])),
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
};

/** Without these, Node.js also takes suites without forward secrecy, or without AEAD. */
const DEFAULT_CIPHERS = Object.values(CIPHERS).filter((name) => !name.endsWith('-SHA'));

const CURVES: Readonly<Record<string, string>> = {
  CurveP256: 'P-256',
  CurveP384: 'P-384',
  CurveP521: 'P-521',
  X25519: 'X25519',
};

const SWITCH: Readonly<Record<string, 'on' | 'off'>> = { true: 'on', false: 'off' };

const KEYS = [
  ...['cert_file', 'key_file', 'client_auth_type', 'client_ca_file', 'cert', 'key', 'client_ca'],
  ...['min_version', 'max_version', 'cipher_suites', 'curve_preferences'],
  'prefer_server_cipher_suites',
];

/**
 * @param read the content of a file that the configuration names.
 * @returns null where there is to be no TLS, or where a problem was noted.
 */
export function readTlsServer(
  section: YamlSection,
  read: (name: string) => string,
): ServerTls | null {
  if (section.isEmpty) return null;
  section.allow(KEYS, ['client_allowed_sans']);

  const cert = given('cert', (pem) => ({ pem, list: parseCertificates(pem) }));
  const key = given('key', (pem) => ({ pem, object: parseKey(pem) }));
  if (cert.isMissing) section.note('cert_file', 'expected the file of a certificate');
  if (key.isMissing) section.note('key_file', "expected the file of the certificate's key");
  const ca = given('client_ca', (pem) => ({ pem, list: parseCertificates(pem) }));
  const clientCertificate =
    section.choice('client_auth_type', CLIENT_AUTH_TYPES) ?? CLIENT_AUTH_TYPES['NoClientCert'];
  const minVersion = section.choice('min_version', VERSIONS) ?? 'TLSv1.2';
  const maxVersion = section.choice('max_version', VERSIONS) ?? 'TLSv1.3';
  const chosen = section.choiceList('cipher_suites', CIPHERS);
  const curves = section.choiceList('curve_preferences', CURVES);
  const prefersOurs = section.choice('prefer_server_cipher_suites', SWITCH) !== 'off';
  if (minVersion > maxVersion) section.note('max_version', 'expected no less than min_version');
  if (clientCertificate === undefined || cert.value === null || key.value === null) return null;

  if (!cert.value.list[0]?.checkPrivateKey(key.value.object)) {
    section.note(key.name, `expected the key of ${cert.name}`);
    return null;
  }
  if (!ca.isMissing && !clientCertificate.asked) {
    section.note(ca.name, 'expected a client_auth_type that requests certificates');
  }
  if (clientCertificate.verified) {
    if (ca.isMissing) section.note('client_ca_file', 'expected one for this client_auth_type');
    else if (ca.value !== null && !ca.value.list.some(isRoot)) {
      section.note(ca.name, 'expected the root certificate of the authority, too');
    }
  }
  const ciphers = chosen.length === 0 ? DEFAULT_CIPHERS : chosen;
  const kind = key.value.object.asymmetricKeyType?.startsWith('rsa') === true ? 'RSA' : 'ECDSA';
  if (maxVersion === 'TLSv1.2' && !ciphers.some((name) => name.startsWith(`ECDHE-${kind}-`))) {
    section.note(
      'cipher_suites',
      `expected one of TLS_ECDHE_${kind}_… for the key of ${cert.name}`,
    );
  }
  const context: SecureContextOptions = {
    cert: cert.value.pem,
    key: key.value.pem,
    ...(ca.value === null ? {} : { ca: ca.value.pem }),
    ...{ minVersion, maxVersion, honorCipherOrder: prefersOurs },
    ciphers: [...new Set([...FIXED_CIPHERS, ...ciphers])].join(':'),
    ...(curves.length === 0 ? {} : { ecdhCurve: curves.join(':') }),
  };
  try {
    createSecureContext(context);
  } catch (error) {
    section.note(cert.name, `expected a usable certificate (${(error as Error).message})`);
    return null;
  }
  return { context, clientCertificate };

  /** The content of the file that `${name}_file` names, or else the value of `name`. */
  function given<T>(name: string, parse: (text: string) => T): Given<T> {
    const file = section.text(`${name}_file`);
    const inline = section.text(name);
    if (file !== null && inline !== null)
      section.note(name, `expected nothing beside ${name}_file`);
    const source = file === null && inline !== null ? name : `${name}_file`;
    try {
      const text = file === null ? inline : read(file);
      return { name: source, isMissing: text === null, value: text === null ? null : parse(text) };
    } catch (error) {
      const shown = file !== null && isPath(file) ? `, got "${file}"` : '';
      section.note(source, `${(error as Error).message}${shown}`);
      return { name: source, isMissing: false, value: null };
    }
  }
}

interface Given<T> {
  /** Of the key that was used. */
  readonly name: string;
  readonly isMissing: boolean;
  /** Also null if it is broken. */
  readonly value: T | null;
}

function parseKey(pem: string): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new Error('expected a key in PEM, without a passphrase');
  }
}

function isRoot(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate);
}
