import type { Credentials } from '../locust/client/client.ts';
import type { Settings } from './settings.ts';

type Source = Pick<
  Settings,
  'LOCUST_URL' | 'LOCUST_USERNAME' | 'LOCUST_PASSWORD' | 'LOCUST_PASSWORD_FILE'
>;

/** User and password for Locust, or null; the settings take precedence over the URL. */
export function locustCredentials(settings: Source): Credentials | null {
  const inUrl = ofUrl(settings.LOCUST_URL);
  const password = ownPassword(settings);
  const username = settings.LOCUST_USERNAME || inUrl.username;
  // The password in the URL belongs to the user in the URL.
  const rest = username === inUrl.username ? inUrl.password : '';
  const credentials = { username, password: password === '' ? rest : password };
  return isEmpty(credentials) ? null : credentials;
}

/** Whether the URL has a user or a password that another setting overrules. */
export function isUrlOverruled(settings: Source): boolean {
  const inUrl = ofUrl(settings.LOCUST_URL);
  const used = locustCredentials(settings);
  return (
    !isEmpty(inUrl) &&
    (used?.username !== inUrl.username ||
      (inUrl.password !== '' && used.password !== inUrl.password))
  );
}

function ownPassword({ LOCUST_PASSWORD, LOCUST_PASSWORD_FILE }: Source): string {
  return LOCUST_PASSWORD || (LOCUST_PASSWORD_FILE?.secret ?? '');
}

function ofUrl({ username, password }: URL): Credentials {
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}

function isEmpty({ username, password }: Credentials): boolean {
  return username === '' && password === '';
}
