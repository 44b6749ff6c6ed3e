import { locustCredentials } from './locust-credentials.ts';
import { HEALTH_PATHS, QUIT_PATH } from './paths.ts';
import type { SettingName, Settings } from './settings.ts';

/** Notes what no setting tells by itself. */
export async function checkTogether(
  settings: Settings,
  note: (name: SettingName, problem: string) => void,
): Promise<void> {
  if (HEALTH_PATHS.includes(settings.METRICS_PATH)) {
    note('METRICS_PATH', 'expected a path that is not one of the health checks');
  }
  if (settings.METRICS_PATH === QUIT_PATH) {
    note('METRICS_PATH', 'expected a path that does not end the exporter');
  }
  if (settings.SCRAPE_MODE === 'loop' && settings.STALE_AFTER <= settings.POLL_INTERVAL) {
    note('STALE_AFTER', 'expected more than POLL_INTERVAL');
  }
  for (const kind of ['LOCUST', 'PUSHGATEWAY'] as const) {
    const isTwice =
      settings[`${kind}_PASSWORD`] !== '' && settings[`${kind}_PASSWORD_FILE`] !== null;
    if (isTwice) note(`${kind}_PASSWORD_FILE`, `expected nothing beside ${kind}_PASSWORD`);
  }
  await checkClientCertificate(settings, note);
  checkLogin(settings, note);
  checkBasicAuth(settings, note);
}

async function checkClientCertificate(
  { LOCUST_CLIENT_CERT_FILE: cert, LOCUST_CLIENT_KEY_FILE: key }: Settings,
  note: (name: SettingName, problem: string) => void,
): Promise<void> {
  if ((cert === null) !== (key === null)) {
    note('LOCUST_CLIENT_KEY_FILE', 'expected both this and LOCUST_CLIENT_CERT_FILE');
  }
  if (cert === null || key === null) return;
  const { checkClientKey } = await import('./check-client-key.ts');
  const problem = checkClientKey(cert.pem, key.secret);
  if (problem !== null) note('LOCUST_CLIENT_KEY_FILE', problem);
}

function checkLogin(settings: Settings, note: (name: SettingName, problem: string) => void): void {
  if (settings.LOCUST_LOGIN_PATH === '') return;
  if (settings.LOCUST_USERNAME === '')
    note('LOCUST_USERNAME', 'expected a user for the login form');
  if (settings.LOCUST_LOGIN_USERNAME_FIELD === settings.LOCUST_LOGIN_PASSWORD_FIELD) {
    note('LOCUST_LOGIN_PASSWORD_FIELD', 'expected another field than LOCUST_LOGIN_USERNAME_FIELD');
  }
}

/** In basic auth a colon ends the user's name (RFC 7617), and the rest would count as password. */
function checkBasicAuth(
  settings: Settings,
  note: (name: SettingName, problem: string) => void,
): void {
  const problem = 'expected a user without a colon, which basic auth does not allow';
  const locustUser = locustCredentials(settings)?.username ?? '';
  if (settings.LOCUST_LOGIN_PATH === '' && locustUser.includes(':')) {
    note(settings.LOCUST_USERNAME === '' ? 'LOCUST_URL' : 'LOCUST_USERNAME', problem);
  }
  const gatewayUser =
    settings.PUSHGATEWAY_USERNAME || decodeURIComponent(settings.PUSHGATEWAY_URL?.username ?? '');
  if (settings.PUSHGATEWAY_URL !== null && gatewayUser.includes(':')) {
    note(
      settings.PUSHGATEWAY_USERNAME === '' ? 'PUSHGATEWAY_URL' : 'PUSHGATEWAY_USERNAME',
      problem,
    );
  }
}

/** Whether the exporter would take itself for Locust. */
export function readsItself({ LOCUST_URL: url, LISTEN_ADDRESS: own }: Settings): boolean {
  const isLoopback = (host: string) => /^(?:localhost|127\.[\d.]+|\[?::1\]?)$/i.test(host);
  const isAny = own.host === undefined || own.host === '0.0.0.0' || own.host === '::';
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  return port === own.port && isLoopback(url.hostname) && (isAny || isLoopback(own.host));
}
