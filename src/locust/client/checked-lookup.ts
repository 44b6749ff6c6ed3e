import type { LookupAddress } from 'node:dns';
import { lookup as lookUpBySystem } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { LocustError } from '../errors.ts';

/** Finds all addresses of a name. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>;

/** @returns why an address is forbidden, in words that fit after "is"; null where it is not. */
export type ForbidAddress = (address: string, name: string) => string | null;

/**
 * Resolves a name for one connection and checks all its addresses. The connection is then made to one
 * of these, so a name server cannot give another address after the check. One forbidden address
 * makes the whole name fail.
 *
 * Connections to IP literals are not resolved, so they do not come here.
 */
export function createCheckedLookup(forbid: ForbidAddress, resolve: Resolve): LookupFunction {
  async function lookUp(name: string): Promise<readonly LookupAddress[]> {
    const addresses = await resolve(name);
    for (const { address } of addresses) {
      const reason = forbid(address, name);
      if (reason !== null) {
        throw new LocustError(
          'connect',
          `${name} leads to the address ${address}, which is ${reason}; ` +
            'only a range of such addresses in PROBE_TARGETS would allow it',
        );
      }
    }
    return addresses;
  }

  return (name, { all }, callback) => {
    lookUp(name).then(
      (addresses) => {
        const [first] = addresses;
        if (all === true) callback(null, [...addresses]);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: unknown) => {
        callback(error as NodeJS.ErrnoException, '', 0);
      },
    );
  };
}

/** Lookups run on Node.js's four threads, which also compress responses. */
const MAX_LOOKUPS = 3;

/**
 * Makes a function that asks the system for the addresses of names. Requests for the same
 * name share a lookup. Lookups that hang leave one thread free.
 */
export function createResolver(
  lookUp: Resolve = (name) => lookUpBySystem(name, { all: true }),
): Resolve {
  const underWay = new Map<string, Promise<readonly LookupAddress[]>>();
  const waiting: (() => void)[] = [];
  let free = MAX_LOOKUPS;

  async function inTurn(name: string): Promise<readonly LookupAddress[]> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await lookUp(name);
    } finally {
      underWay.delete(name);
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  }

  return (name) => {
    const known = underWay.get(name);
    if (known !== undefined) return known;
    const lookup = inTurn(name);
    underWay.set(name, lookup);
    return lookup;
  };
}
