import { isIP } from 'node:net';
import { RE2JS } from 're2js';
import { redactUserinfo } from '../redact.ts';
import { familyOf, isSpecial, listOf, parseRange, specialityOf } from './special-ranges.ts';

/** Which hosts may be read, as PROBE_TARGETS has it. */
export interface AllowList {
  /**
   * Judges a target as it is written.
   *
   * @param host a name, or an address without brackets.
   */
  allows(host: string, port: number): boolean;
  /**
   * Judges an address that a host, which is allowed, is or leads to.
   *
   * @returns why it is forbidden, in words that fit after "is"; null where it is not.
   */
  forbids(address: string, port: number, host: string): string | null;
}

interface Ports {
  readonly from: number;
  readonly to: number;
}

interface NameRule {
  readonly matches: (name: string) => boolean;
  /** Whether it names this machine itself. */
  readonly isLocalhost: boolean;
  readonly ports: Ports;
}

interface RangeRule {
  readonly covers: (address: string) => boolean;
  readonly isSpecial: boolean;
  readonly ports: Ports;
}

const ANY_PORT: Ports = { from: 1, to: 65_535 };

const LOOPBACK = 'loopback';

/**
 * Reads rules such as `*.load-tests.svc:8089`, `10.0.0.0/8:8000-8099` or `[fd00::/8]:8089`, which
 * commas or line breaks separate.
 *
 * @throws Error that names every rule with which something is wrong.
 */
export function parseAllowList(text: string): AllowList {
  const names: NameRule[] = [];
  const ranges: RangeRule[] = [];
  const problems: string[] = [];
  for (const rule of text.split(/[,\n]/).map((part) => part.trim())) {
    if (rule === '') continue;
    try {
      const parsed = parseRule(rule);
      if ('covers' in parsed) ranges.push(parsed);
      else names.push(parsed);
    } catch (error) {
      problems.push(`${(error as Error).message} instead of "${redactUserinfo(rule)}"`);
    }
  }
  if (problems.length > 0) throw new Error(`expected ${problems.join(', and ')}`);
  if (names.length + ranges.length === 0) {
    throw new Error('expected hosts such as *.load-tests.svc:8089 or 10.0.0.0/8:8089');
  }
  const covers = (rule: RangeRule, address: string, port: number) =>
    isWithin(rule.ports, port) && rule.covers(address);
  const forbids: AllowList['forbids'] = (address, port, host) => {
    const speciality = specialityOf(address);
    if (speciality === null) return null;
    const isNamed = ranges.some((rule) => rule.isSpecial && covers(rule, address, port));
    const isOwn =
      speciality === LOOPBACK &&
      names.some(
        (rule) => rule.isLocalhost && isWithin(rule.ports, port) && rule.matches(plain(host)),
      );
    return isNamed || isOwn ? null : speciality;
  };
  return {
    allows(host, port) {
      if (isIP(host) === 0) {
        return names.some((rule) => isWithin(rule.ports, port) && rule.matches(plain(host)));
      }
      return ranges.some((rule) => covers(rule, host, port)) && forbids(host, port, host) === null;
    },
    forbids,
  };
}

function isWithin({ from, to }: Ports, port: number): boolean {
  return port >= from && port <= to;
}

/** In DNS, a name with a dot at its end is the same name. */
function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** @throws Error whose message fits after "expected". */
function parseRule(rule: string): NameRule | RangeRule {
  const [host, ports] = splitRule(rule);
  const range = parseRange(host);
  if (range !== null) {
    const list = listOf(range);
    return {
      covers: (address) => list.check(address, familyOf(address)),
      isSpecial: isSpecial(range),
      ports,
    };
  }
  if (/^[\d.*/]*\d[\d.*/]*$/.test(host)) throw new Error('a range such as 10.1.0.0/16');
  if (host.includes('/')) throw new Error('a host without a scheme and a path');
  if (!/^[\w*.-]+$/.test(host)) {
    throw new Error('a host such as *.load-tests.svc, 10.0.0.0/8 or [fd00::/8]');
  }
  const name = plain(host);
  return { matches: globMatcher(name), isLocalhost: name === 'localhost', ports };
}

function splitRule(rule: string): [host: string, ports: Ports] {
  // More than one colon, and no brackets: an IPv6 address without ports.
  if (/^[^[]*:[^:]*:/.test(rule) && !rule.includes('//')) return [rule, ANY_PORT];
  const [, inBrackets, plainHost = '', ports] =
    /^(?:\[([^\]]*)\]|([^:[]*))(?::(\d{1,5}(?:-\d{1,5})?))?$/.exec(rule) ?? [];
  const host = inBrackets ?? plainHost;
  if (host === '') {
    throw new Error('a host without a scheme, with one port or a range of ports at most,');
  }
  if (ports === undefined) return [host, ANY_PORT];
  const [from = NaN, to = from] = ports.split('-').map(Number);
  if (!(from >= 1 && from <= to && to <= 65_535)) throw new Error('ports from 1 to 65535');
  return [host, { from, to }];
}

/**
 * `*` stands for any characters but dots, `**` for any characters. RE2 needs a time in proportion to
 * the name, which anybody may send.
 */
function globMatcher(glob: string): (name: string) => boolean {
  const source = glob.replaceAll(/\*{2,}|\*|[^*]+/g, (part) => {
    if (part === '*') return '[^.]*';
    return part.startsWith('*') ? '.*' : part.replaceAll('.', '\\.');
  });
  const regex = RE2JS.compile(source);
  return (name) => regex.matches(name);
}
