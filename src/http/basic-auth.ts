import { createHmac, randomBytes } from 'node:crypto';
import { compare as compareByBcrypt } from 'bcryptjs';
import type { RequestHandler } from 'express';

/** Bcrypt hashes by user. */
type Users = ReadonlyMap<string, string>;

export interface BasicAuthOptions {
  /** Without any, no password is required. */
  readonly users: () => Users;
  readonly compare?: (password: string, hash: string) => Promise<boolean>;
}

/** Comparing takes the CPU, and so it is done one at a time, and no more than these wait for it. */
const MAX_LOGINS = 20;

const MAX_ACCEPTED = 100;

/** Accepts requests with the user name and password of a known user. */
export function basicAuth({ users, compare = compareByBcrypt }: BasicAuthOptions): RequestHandler {
  const verify = createVerifier(compare);
  return async (request, response, next) => {
    const known = users();
    if (known.size === 0) {
      next();
      return;
    }
    const credentials = parseCredentials(request.get('authorization'));
    const verdict = credentials === null ? 'wrong' : await verify(credentials, known);
    switch (verdict) {
      case 'right':
        next();
        return;
      case 'wrong':
        response
          .status(401)
          .set('WWW-Authenticate', 'Basic realm="locust-exporter", charset="UTF-8"');
        response.type('text/plain').send('wrong or no user and password\n');
        return;
      case 'busy':
        response.status(503).set('Retry-After', '1').type('text/plain').send('too many logins\n');
        return;
      default:
        verdict satisfies never;
    }
  };
}

interface LoginAttempt {
  readonly user: string;
  readonly password: string;
}

type Verdict = 'right' | 'wrong' | 'busy';

function createVerifier(compare: (password: string, hash: string) => Promise<boolean>) {
  const key = randomBytes(32);
  /** Digests of correct passwords, the oldest first. */
  const accepted = new Set<string>();
  let logins = 0;
  let lastTurn = Promise.resolve();

  return async function verify({ user, password }: LoginAttempt, users: Users): Promise<Verdict> {
    const hash = users.get(user);
    const digest = createHmac('sha256', key)
      .update(JSON.stringify([user, password, hash]))
      .digest('base64');
    if (accepted.has(digest)) return 'right';
    if (logins >= MAX_LOGINS) return 'busy';
    logins += 1;
    const before = lastTurn;
    const turn = Promise.withResolvers<undefined>();
    lastTurn = turn.promise;
    try {
      await before;
      if (accepted.has(digest)) return 'right';
      // Even for a client that has given up: its next request then passes at once.
      // An unknown user takes as long as a wrong password, so that timing reveals nothing.
      const isMatch = await compare(password, hash ?? nobodysHash(users));
      if (!isMatch || hash === undefined) return 'wrong';
      addAccepted(digest);
      return 'right';
    } finally {
      logins -= 1;
      turn.resolve(undefined);
    }
  };

  function addAccepted(digest: string): void {
    accepted.add(digest);
    for (const oldest of accepted) {
      if (accepted.size <= MAX_ACCEPTED) return;
      accepted.delete(oldest);
    }
  }
}

/** Costs as much to compare as the dearest of the users' hashes. */
function nobodysHash(users: Users): string {
  const costs = Array.from(users.values(), (hash) => Number(hash.split('$')[2]));
  return `$2b$${String(Math.max(...costs)).padStart(2, '0')}$${'.'.repeat(53)}`;
}

function parseCredentials(header = ''): LoginAttempt | null {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*) *$/i.exec(header)?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
