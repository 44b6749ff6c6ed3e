import { LONGEST_MS, parseDuration } from './parse-values.ts';

/*
 * Values as ContainerSolutions/locust_exporter takes them, in our notation. What is wrong
 * is handed on as it is, for the parser of the setting to complain of.
 */

/** An unspecified address of either family means all interfaces in both, as Go has it. */
export function fromGoListenAddress(text: string): string {
  return text.replace(/^(?:0\.0\.0\.0|\[::\]):/, ':');
}

/** A slash at the end makes no difference here. */
export function fromTelemetryPath(text: string): string {
  return text.replace(/(?<=.)\/+$/, '');
}

/** No time at all was no limit; Prometheus' own time-out remains. */
export function fromGoTimeout(text: string): string {
  try {
    return parseDuration(text) === 0 ? `${LONGEST_MS}ms` : text;
  } catch {
    return text;
  }
}

const LOG_LEVELS: Readonly<Record<string, string>> = {
  trace: 'debug',
  warning: 'warn',
  panic: 'fatal',
};

/** Its log library accepts a few more levels than its help lists. */
export function fromLogLevel(text: string): string {
  return LOG_LEVELS[text.toLowerCase()] ?? text;
}

/**
 * All of `logger:stderr`, `logger:stdout?json=true` and `logger:syslog?appname=x&local=7`
 * mean lines for a machine; here these are JSON.
 */
export function fromLogFormat(text: string): string {
  return text.startsWith('logger:') ? 'json' : text;
}
