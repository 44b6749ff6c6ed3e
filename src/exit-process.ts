import type { Logger } from 'pino';

/** Ends the process now. */
export function exitProcess(code: number): never {
  abandonLookups(code);
  process.exit(code);
}

/**
 * Ends the process now if it waits for a name server.
 *
 * `process.exit` waits for the threads of Node.js, and a name server that does not answer holds
 * one for up to a minute. The way out that does not wait is to become another program, one that
 * ends at once.
 */
export function abandonLookups(code: number): void {
  if (!process.getActiveResourcesInfo().includes('GetAddrInfoReqWrap')) return;
  const env = { ...process.env, NODE_OPTIONS: '' };
  try {
    process.execve?.(process.execPath, [process.execPath, '-e', `process.exitCode = ${code}`], env);
  } catch {
    // Windows has no such call: there the process ends late.
  }
}

/** What Node.js would write to standard error by itself, and wait for, goes to the log. */
export function logProcessEvents(logger: Logger): void {
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'unforeseen error, ending');
    exitProcess(1);
  });
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    logger.warn({ err: warning }, 'warning of Node.js');
  });
}
