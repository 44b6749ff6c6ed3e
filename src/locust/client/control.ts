import type { LocustClient } from './client.ts';
import { LocustError } from '../errors.ts';
import { isBefore, type Version } from '../version.ts';

export interface SwarmOptions {
  readonly users: number;
  /** Users started per second. */
  readonly spawnRate: number;
  readonly host?: string | undefined;
  /** As Locust reads it: `300`, `90s`, `1h30m`. */
  readonly runTime?: string | undefined;
}

/** Locust said no, or cannot do what was asked; the message is for the user. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/**
 * Starts a run, or changes the number of users of the one that is on.
 *
 * @param version null where it is not known.
 * @returns what Locust says.
 * @throws RefusedError or LocustError
 */
export async function swarm(
  client: LocustClient,
  options: SwarmOptions,
  version: Version | null,
  signal: AbortSignal,
): Promise<string> {
  checkSupport(options, version);
  return parseReply(client, await client.post('swarm', swarmForm(options, version), signal));
}

/**
 * Ends the run. Locust answers only when the users are gone, which can take a minute.
 *
 * @throws RefusedError or LocustError
 */
export async function stop(client: LocustClient, signal: AbortSignal): Promise<string> {
  return parseReply(client, await command(client, 'stop', signal));
}

/** @throws LocustError */
export async function resetStats(client: LocustClient, signal: AbortSignal): Promise<void> {
  await command(client, 'stats/reset', signal);
}

/** These two are GET up to 2.46 and POST from 2.47 on, where GET answers 405. */
async function command(client: LocustClient, path: string, signal: AbortSignal): Promise<Buffer> {
  try {
    return await client.get(path, signal);
  } catch (error) {
    if (!(error instanceof LocustError) || error.status !== 405) throw error;
    return client.post(path, {}, signal);
  }
}

function checkSupport({ host, runTime }: SwarmOptions, version: Version | null): void {
  if (version === null) return;
  const name = version.join('.');
  if (host !== undefined && isBefore(version, [0, 13, 0])) {
    throw new RefusedError(`Locust ${name} takes no host from its web API (0.13.0 and newer do)`);
  }
  if (runTime !== undefined && isBefore(version, [2, 12, 1])) {
    throw new RefusedError(
      `Locust ${name} takes no run time from its web API (2.12.1 and newer do)`,
    );
  }
}

/** `locust_count` became `user_count` in 1.0, `hatch_rate` became `spawn_rate` in 1.2. */
function swarmForm(options: SwarmOptions, version: Version | null): Record<string, string> {
  const users = String(options.users);
  const rate = String(options.spawnRate);
  const form: Record<string, string> = {};
  if (version === null || isBefore(version, [1, 0, 0])) form['locust_count'] = users;
  if (version === null || !isBefore(version, [1, 0, 0])) form['user_count'] = users;
  if (version === null || isBefore(version, [1, 2, 0])) form['hatch_rate'] = rate;
  if (version === null || !isBefore(version, [1, 2, 0])) form['spawn_rate'] = rate;
  if (options.host !== undefined) form['host'] = options.host;
  if (options.runTime !== undefined) form['run_time'] = options.runTime;
  return form;
}

function parseReply(client: LocustClient, body: Buffer): string {
  let reply: { success?: unknown; message?: unknown };
  try {
    reply = (JSON.parse(body.toString()) ?? {}) as typeof reply;
  } catch {
    throw new RefusedError('Locust answered with something other than JSON');
  }
  const message = typeof reply.message === 'string' ? client.quote(reply.message) : 'no message';
  if (reply.success !== true) throw new RefusedError(message);
  return message;
}
