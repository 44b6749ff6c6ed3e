import { unescape } from 'node:querystring';
import type { Logger } from 'pino';
import { raceAbort } from '../async/race-abort.ts';
import { requestGateway, TooLate, toPushProblem, type GatewayRequest } from './request-gateway.ts';

export interface Exposition {
  /** In the text format 0.0.4. */
  readonly text: string;
  /** Whether Locust could be read. If not, the gateway keeps its last numbers. */
  readonly isWhole: boolean;
}

export interface PushgatewaySettings {
  /** With a base path if the gateway has one. User and password in it are for basic auth. */
  readonly url: URL;
  readonly job: string;
  readonly groupings: Readonly<Record<string, string>>;
  readonly intervalMs: number;
  /** Values that are not empty take precedence over those in the URL. */
  readonly auth: { readonly username: string; readonly password: string } | null;
  readonly deleteAtEnd?: boolean;
  readonly timeoutMs?: number;
}

export interface PusherOptions extends PushgatewaySettings {
  readonly exposition: () => Promise<Exposition>;
  readonly logger: Logger;
  /** Told of every push, and of the deletion. */
  readonly onResult?: (result: 'ok' | 'failed') => void;
}

/** Pushes to one group of a Pushgateway, one push at a time. Nothing that it does throws. */
export interface Pusher {
  start(): void;
  /** Pushes once more, or deletes the group if asked; takes `timeoutMs` at most. */
  end(): Promise<void>;
}

export function createPusher({
  url,
  job,
  groupings,
  intervalMs,
  auth,
  exposition,
  logger,
  deleteAtEnd = false,
  onResult = () => undefined,
  timeoutMs = 5000,
}: PusherOptions): Pusher {
  const group = new URL(groupPath(url.pathname, job, groupings), url.origin);
  const credentials = credentialsOf(url, auth);
  const secrets = secretsOf(url, credentials);
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let underWay = Promise.resolve();
  let ending: Promise<void> | null = null;
  let problemCode: string | null = null;

  async function send(method: GatewayRequest['method'], body: string | null): Promise<void> {
    const deadline = new AbortController();
    const clock = setTimeout(() => {
      deadline.abort();
    }, timeoutMs);
    const signal = AbortSignal.any([over.signal, deadline.signal]);
    try {
      await requestGateway(group, { method, body, credentials, signal });
    } catch (error) {
      throw signal.aborted ? new TooLate('the Pushgateway') : error;
    } finally {
      clearTimeout(clock);
    }
  }

  async function push(): Promise<void> {
    const { text, isWhole } = await raceAbort(over.signal, exposition()).catch((error: unknown) => {
      throw over.signal.aborted ? new TooLate('Locust') : error;
    });
    // PUT removes metrics that the text does not contain; POST leaves them.
    await send(isWhole ? 'PUT' : 'POST', text);
  }

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      worked();
    } catch (error) {
      failed(error);
    }
  }

  const shown = { url: `${url.origin}${url.pathname}`, job };

  function worked(): void {
    onResult('ok');
    if (problemCode === null) logger.debug(shown, 'pushed');
    else logger.info({ ...shown, was: problemCode }, 'pushing works again');
    problemCode = null;
  }

  function failed(error: unknown): void {
    onResult('failed');
    const problem = toPushProblem(error, secrets);
    const isNews = problem.code !== problemCode;
    logger[isNews ? 'warn' : 'debug']({ ...shown, ...problem }, 'cannot push');
    problemCode = problem.code;
  }

  async function pushAgainAndAgain(): Promise<void> {
    const startMs = performance.now();
    underWay = attempt(push);
    await underWay;
    if (ending !== null) return;
    const waitMs = Math.max(0, intervalMs - (performance.now() - startMs));
    timer = setTimeout(() => void pushAgainAndAgain(), waitMs);
  }

  async function finish(): Promise<void> {
    clearTimeout(timer);
    const clock = setTimeout(() => {
      over.abort();
    }, timeoutMs);
    await underWay;
    // A push right before the deletion would not be seen.
    if (!over.signal.aborted) await attempt(deleteAtEnd ? () => send('DELETE', null) : push);
    clearTimeout(clock);
  }

  return {
    start() {
      void pushAgainAndAgain();
    },
    end: () => (ending ??= finish()),
  };
}

/** @returns `user:password`, or undefined when there are none. */
function credentialsOf(url: URL, auth: PusherOptions['auth']): string | undefined {
  // Unlike decodeURIComponent this takes whatever it is given.
  const fromUrl = { username: unescape(url.username), password: unescape(url.password) };
  const username = auth === null || auth.username === '' ? fromUrl.username : auth.username;
  const password = auth === null || auth.password === '' ? fromUrl.password : auth.password;
  return username === '' && password === '' ? undefined : `${username}:${password}`;
}

function secretsOf(url: URL, credentials = ':'): string[] {
  const password = credentials.slice(credentials.indexOf(':') + 1);
  const token = Buffer.from(credentials).toString('base64');
  return (
    [token, password, encodeURIComponent(password), url.password, unescape(url.password)]
      .filter((secret) => secret !== '')
      // The longest first, because replacing a part of a secret would show the rest.
      .sort((a, b) => b.length - a.length)
  );
}

/**
 * The path of a group of metrics. Values that hold a slash, or are dots alone, are in base64, as
 * the Pushgateway's documentation says.
 */
export function groupPath(
  base: string,
  job: string,
  groupings: Readonly<Record<string, string>>,
): string {
  const labels = Object.entries({ job, ...groupings });
  return `${base.replace(/\/+$/, '')}/metrics${labels.map(pathOf).join('')}`;
}

function pathOf([name, value]: readonly [string, string]): string {
  const isPlain = !value.includes('/') && !/^\.*$/.test(value);
  if (isPlain) return `/${name}/${encodeURIComponent(value)}`;
  return `/${name}@base64/${Buffer.from(value).toString('base64url') || '='}`;
}
