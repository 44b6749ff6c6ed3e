import { isatty } from 'node:tty';
import { pino, stdTimeFunctions, type Logger, type LoggerOptions } from 'pino';
import type { Settings } from './config/settings.ts';
import { createLogDestination } from './log-destination.ts';

const STDERR = 2;

/** A logger that writes to standard error. It never throws and never waits for a reader. */
export async function createLogger({
  LOG_LEVEL: level,
  LOG_FORMAT: format,
}: Pick<Settings, 'LOG_LEVEL' | 'LOG_FORMAT'>): Promise<Logger> {
  const options: LoggerOptions = {
    level,
    timestamp: stdTimeFunctions.isoTime,
    base: null,
    formatters: { level: (label) => ({ level: label }) },
  };
  switch (format) {
    case 'json':
      return pino(options, createLogDestination(STDERR, lostLines));
    case 'pretty': {
      const { default: pretty } = await import('pino-pretty');
      const prettify = pretty.prettyFactory({ colorize: isatty(STDERR) });
      const destination = createLogDestination(STDERR, (count) => prettify(lostLines(count)));
      const write = (line: string) => {
        destination.write(prettify(line));
      };
      return pino(options, { ...destination, write });
    }
    default:
      return format satisfies never;
  }
}

function lostLines(count: number): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: 'warn', time, lines: count, msg: 'log lines were lost' })}\n`;
}
