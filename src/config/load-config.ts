import { customCleanEnv, makeValidator } from 'envalid';
import { HEALTH_PATHS } from './health-paths.ts';
import { redactUrls } from './redact-urls.ts';
import { flagOf, SETTINGS, type Setting, type SettingName, type Settings } from './settings.ts';

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

/** A value that is set, and by what. */
interface Given {
  readonly text: string;
  readonly source: string;
}

/**
 * Reads the settings. An empty variable counts as not set, an unknown one is ignored.
 *
 * @param flags values by flag name, without dashes; a flag beats its variable.
 * @param known problems that were found before, to be reported with the rest.
 * @throws ConfigError
 */
export function loadConfig(
  env: Environment,
  flags: Environment,
  known: readonly string[] = [],
): Settings {
  const given = new Map(SETTING_NAMES.map((name) => [name, findValue(name, env, flags)]));
  const raw = Object.fromEntries(
    SETTING_NAMES.map((name) => [name, given.get(name)?.text ?? SETTINGS[name].default]),
  );
  const problems = [...known];
  const describe = (name: SettingName, problem: string) => {
    const { source, text } = given.get(name) ?? { source: name, text: SETTINGS[name].default };
    problems.push(`${source}: ${problem}, got "${redactUrls(text)}"`);
  };
  const settings = customCleanEnv(raw, VALIDATORS, (cleaned) => ({ ...cleaned }), {
    reporter({ errors }) {
      for (const name of SETTING_NAMES) {
        const error = errors[name];
        if (error !== undefined) describe(name, error.message);
      }
    },
  }) as unknown as Settings;
  if (problems.length === known.length) checkTogether(settings, describe);
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(settings);
}

const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

const VALIDATORS = Object.fromEntries(
  Object.entries<Setting<unknown>>(SETTINGS).map(([name, { parse, description }]) => [
    name,
    makeValidator(parse)({ desc: description }),
  ]),
);

function findValue(name: SettingName, env: Environment, flags: Environment): Given | undefined {
  const flag = flags[flagOf(name)];
  if (flag !== undefined) return { text: flag, source: `--${flagOf(name)}` };
  const variable = env[name];
  return variable === undefined || variable === '' ? undefined : { text: variable, source: name };
}

/** What no value tells by itself. */
function checkTogether(
  settings: Settings,
  describe: (name: SettingName, problem: string) => void,
): void {
  if (HEALTH_PATHS.includes(settings.METRICS_PATH)) {
    describe('METRICS_PATH', 'expected a path that is not one of the health checks');
  }
  if (settings.SCRAPE_MODE === 'loop' && settings.STALE_AFTER <= settings.POLL_INTERVAL) {
    describe('STALE_AFTER', 'expected more than POLL_INTERVAL');
  }
}
