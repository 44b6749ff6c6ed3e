import { customCleanEnv, makeValidator } from 'envalid';
import { isUrlOverruled, locustCredentials } from './credentials.ts';
import { FileContentError } from './files.ts';
import { isOnGrid } from './parse-values.ts';
import { showValue } from './redact.ts';
import {
  flagOf,
  HEALTH_PATHS,
  PROBE_PATH,
  QUIT_PATH,
  type Setting,
  type SettingName,
  SETTINGS,
  type Settings,
} from './settings.ts';

/** All that is wrong with the settings, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Config {
  readonly settings: Settings;
  /** Whether LOCUST_URL is read, and not only the targets of /probe. */
  readonly readsLocustUrl: boolean;
  /** Every setting as a user would write it, without secrets. */
  readonly shown: Readonly<Record<string, string>>;
  /** Warnings, one line each. */
  readonly warnings: readonly string[];
}

/** A value, and the variable or flag that sets it. */
interface GivenValue {
  /** In our notation. */
  readonly text: string;
  /** As the user wrote it. */
  readonly written: string;
  readonly source: string;
}

/** The values of one setting, from its own names and from those of its alias. */
interface Candidates {
  readonly own: GivenValue | undefined;
  readonly alias: GivenValue | undefined;
}

/**
 * Reads the settings. An empty variable counts as not set, an unknown one is ignored. A
 * flag beats its variable, and both beat the alias of the setting.
 *
 * @param flags values by flag name, without dashes.
 * @param known problems that were found before, to be reported with the rest.
 * @throws ConfigError
 */
export async function loadConfig(
  env: Environment,
  flags: Environment,
  known: readonly string[] = [],
): Promise<Config> {
  const candidates = new Map(SETTING_NAMES.map((name) => [name, candidatesFor(name, env, flags)]));
  const given = new Map(
    Array.from(candidates, ([name, { own, alias }]) => [name, own ?? alias] as const),
  );
  const raw = Object.fromEntries(
    SETTING_NAMES.map((name) => [name, given.get(name)?.text ?? SETTINGS[name].default]),
  );
  const problems = [...known];
  const describe = (name: SettingName, error: Error) => {
    const preset = SETTINGS[name].default;
    const { source, written } = given.get(name) ?? { source: name, written: preset };
    const text = show(name, written).replaceAll('\n', '\\n');
    if (error instanceof FileContentError) {
      problems.push(...error.problems.map((problem) => `${source}: ${problem} (in "${text}")`));
    } else problems.push(`${source}: ${error.message}, got "${text}"`);
  };
  const values = await parseAll(raw, describe);
  const comesFromPredecessor = [...candidates.values()].some(({ alias }) => alias !== undefined);
  const settings = decideAuto(values, comesFromPredecessor ? 'on' : 'off');
  if (problems.length === known.length) {
    await checkTogether(settings, (name, problem) => {
      describe(name, new Error(problem));
    });
  }
  const readsLocustUrl = settings.PROBE_TARGETS === null || given.get('LOCUST_URL') !== undefined;
  if (!readsLocustUrl && settings.PUSHGATEWAY_URL !== null) {
    problems.push('PUSHGATEWAY_URL: expected LOCUST_URL beside it, since targets are not pushed');
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const warnings: string[] = [];
  for (const [name, { own, alias }] of candidates) {
    if (own !== undefined && alias !== undefined) {
      warnings.push(...(await warnOfTwo(name, own, alias)));
    }
  }
  if (isUrlOverruled(settings)) {
    warnings.push(
      'user or password in LOCUST_URL are ignored, because LOCUST_USERNAME or its password say otherwise',
    );
  }
  if (readsLocustUrl && readsItself(settings)) {
    warnings.push('LOCUST_URL leads to LISTEN_ADDRESS, where the exporter itself listens');
  }
  const offGrid = settings.HISTOGRAM_BUCKETS.filter((bound) => !isOnGrid(bound));
  if (offGrid.length > 0) {
    warnings.push(
      `HISTOGRAM_BUCKETS has bounds that Locust rounds away (${offGrid.join(', ')}): it knows response times to 1 ms below 100 ms, to 10 ms below 1 s, to 100 ms below 10 s, and then to 1 s`,
    );
  }
  const shown = Object.fromEntries(
    SETTING_NAMES.map((name) => {
      const text = raw[name] ?? '';
      return [name, show(name, text.toLowerCase() === 'auto' ? (settings[name] as string) : text)];
    }),
  );
  return {
    settings: Object.freeze(settings),
    readsLocustUrl,
    shown: readsLocustUrl ? shown : { ...shown, LOCUST_URL: '' },
    warnings,
  };
}

function show(name: SettingName, text: string): string {
  return showValue(SETTINGS[name], text);
}

const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

const VALIDATORS = Object.fromEntries(
  Object.entries<Setting<unknown>>(SETTINGS).map(([name, { parse, description }]) => [
    name,
    // In a box, because envalid takes null for a mistake.
    makeValidator((text) => ({ value: parse(text) }))({ desc: description }),
  ]),
);

/** @returns values by name; without those with which something is wrong. */
async function parseAll(
  raw: Readonly<Record<string, string>>,
  describe: (name: SettingName, error: Error) => void,
): Promise<Readonly<Record<string, unknown>>> {
  let wrong: Readonly<Record<string, Error | undefined>> = {};
  const cleaned = customCleanEnv(raw, VALIDATORS, (boxes) => ({ ...boxes }), {
    reporter({ errors }) {
      wrong = errors;
    },
  });
  // All at once, so that no rejection goes unhandled.
  const results = await Promise.allSettled(
    SETTING_NAMES.map(async (name) => {
      if (wrong[name] !== undefined) throw wrong[name];
      return await cleaned[name]?.value;
    }),
  );
  const values: Record<string, unknown> = {};
  for (const [index, name] of SETTING_NAMES.entries()) {
    const result = results[index];
    if (result?.status === 'fulfilled') values[name] = result.value;
    else describe(name, result?.reason as Error);
  }
  return values;
}

function candidatesFor(name: SettingName, env: Environment, flags: Environment): Candidates {
  const { alias }: Setting<unknown> = SETTINGS[name];
  return {
    own: find(env, name, flags, flagOf(name)),
    alias: alias && find(env, alias.variable, flags, alias.flag, alias.convert),
  };
}

function find(
  env: Environment,
  variable: string | undefined,
  flags: Environment,
  flag: string,
  convert = (text: string) => text,
): GivenValue | undefined {
  const byFlag = flags[flag];
  if (byFlag !== undefined) {
    return { text: convert(byFlag), written: byFlag, source: `--${flag}` };
  }
  const byVariable = variable === undefined ? undefined : env[variable];
  if (variable === undefined || byVariable === undefined || byVariable === '') return undefined;
  return { text: convert(byVariable), written: byVariable, source: variable };
}

function decideAuto(values: Readonly<Record<string, unknown>>, decision: 'on' | 'off'): Settings {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const { isDecided }: Setting<unknown> = SETTINGS[name as SettingName];
      return [name, isDecided && value === 'auto' ? decision : value];
    }),
  ) as Settings;
}

/** A line when two values differ, and not only in how they are written. */
async function warnOfTwo(name: SettingName, own: GivenValue, alias: GivenValue): Promise<string[]> {
  const meaning = async ({ text }: GivenValue) => {
    try {
      return JSON.stringify(await SETTINGS[name].parse(text));
    } catch {
      return text;
    }
  };
  if ((await meaning(own)) === (await meaning(alias))) return [];
  const quote = ({ source, written }: GivenValue) => `${source} "${show(name, written)}"`;
  return [`${quote(alias)} is ignored, because ${quote(own)} says otherwise`];
}

/** Notes problems that concern several settings. */
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
  if (settings.PROBE_TARGETS !== null && settings.METRICS_PATH === PROBE_PATH) {
    note('METRICS_PATH', `expected a path that is not ${PROBE_PATH}`);
  }
  if (settings.PROBE_TARGETS === null && settings.PROBE_CONFIG_FILE !== null) {
    note('PROBE_CONFIG_FILE', 'expected PROBE_TARGETS beside it, without which /probe is off');
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
  const { checkClientKey } = await import('./certificates.ts');
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
