import { destination, pino, stdTimeFunctions, type Logger, type LoggerOptions } from 'pino';
import type { Settings } from './config/settings.ts';

/** A logger that writes to standard error, synchronously, so that no last line is lost. */
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
      return pino(options, destination({ dest: 2, sync: true }));
    case 'pretty': {
      const { default: pretty } = await import('pino-pretty');
      return pino(options, pretty({ destination: 2, sync: true, colorize: process.stderr.isTTY }));
    }
    default:
      return format satisfies never;
  }
}
