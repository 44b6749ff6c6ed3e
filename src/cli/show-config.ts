import type { Config } from '../config/load-config.ts';
import { redactUrls } from '../config/redact-urls.ts';
import { SETTINGS, type Setting, type SettingName, type Settings } from '../config/settings.ts';

/** The settings in force, without secrets. */
export function checkedConfig({ settings, warnings }: Config): string {
  const lines = (Object.keys(SETTINGS) as SettingName[]).map(
    (name) => `${name}=${redactUrls(show(settings[name], SETTINGS[name]))}`,
  );
  return ['the settings are valid', ...warnings.map((line) => `warning: ${line}`), ...lines].join(
    '\n',
  );
}

function show(value: Settings[SettingName], { unit }: Setting<unknown>): string {
  if (value === null) return '';
  if (typeof value !== 'object') return `${value}${unit ?? ''}`;
  if (value instanceof URL) return value.href;
  if ('path' in value) return value.path;
  const host = value.host ?? '';
  return `${host.includes(':') ? `[${host}]` : host}:${value.port}`;
}
