import type { Config } from '../config/load-config.ts';

/** The settings in force, without secrets. */
export function checkedConfig({ shown, warnings }: Config): string {
  return [
    'the settings are valid',
    ...warnings.map((line) => `warning: ${line}`),
    ...Object.entries(shown).map(([name, text]) => `${name}=${text}`),
  ].join('\n');
}
