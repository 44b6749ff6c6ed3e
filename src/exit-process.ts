import type { Logger } from 'pino';

/** Ends the process now. */
export function exitProcess(code: number): never {
  abandonLookups(code);
  process.exit(code);
}

/**
 * Ends the process now if it waits for a name server.
 *
 * `process.exit` waits for the threads of Node.js, and a name server that does not respond blocks
 * one for up to a minute. Replacing the process by another program, one that ends at once, does
 * not wait.
 */
export function abandonLookups(code: number): void {
  if (!process.getActiveResourcesInfo().includes('GetAddrInfoReqWrap')) return;
  const env = { ...process.env, NODE_OPTIONS: '' };
  try {
    process.execve?.(process.execPath, [process.execPath, '-e', `process.exitCode = ${code}`], env);
  } catch {
    // Windows has no such call, so the process ends late there.
  }
}

/** Sends to the log what Node.js would otherwise write to standard error, which may block. */
export function logProcessEvents(logger: Logger): void {
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'unexpected error, exiting');
    exitProcess(1);
  });
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    logger.warn({ err: warning }, 'warning of Node.js');
  });
}
