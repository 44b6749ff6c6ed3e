import { BlockList, isIP } from 'node:net';

export type AddressFamily = 'ipv4' | 'ipv6';

export interface AddressRange {
  readonly family: AddressFamily;
  readonly address: string;
  /** How many leading bits all its addresses share. */
  readonly prefix: number;
}

/** A range of addresses that is forbidden unless a rule names it on purpose. */
interface SpecialRange extends AddressRange {
  readonly what: string;
  readonly list: BlockList;
}

/** Those of metadata services give a machine's credentials to every program on it. */
const SPECIAL: readonly SpecialRange[] = [
  special('0.0.0.0/8', 'unspecified'),
  special('127.0.0.0/8', 'loopback'),
  special('169.254.0.0/16', 'link-local, as metadata services are'),
  special('192.0.0.0/24', 'reserved, as a metadata service is'),
  special('100.100.100.200/32', 'that of a metadata service'),
  special('168.63.129.16/32', 'that of a metadata service'),
  special('224.0.0.0/4', 'multicast'),
  special('240.0.0.0/4', 'reserved or broadcast'),
  special('::1/128', 'loopback'),
  special('::/96', 'unspecified'),
  special('fe80::/10', 'link-local'),
  special('fec0::/10', 'site-local'),
  special('ff00::/8', 'multicast'),
  special('fd00:ec2::/32', 'that of a metadata service'),
  special('fd20:ce::/32', 'that of a metadata service'),
  // Each of these leads to an IPv4 address that it contains, which may be any of the above.
  special('::ffff:0:0:0/96', 'a translation of IPv4'),
  special('64:ff9b::/96', 'a translation of IPv4'),
  special('64:ff9b:1::/48', 'a translation of IPv4'),
  special('2001::/32', 'a tunnel of IPv4'),
  special('2002::/16', 'a tunnel of IPv4'),
];

function special(cidr: string, what: string): SpecialRange {
  const range = parseRange(cidr);
  if (range === null) throw new Error(`${cidr} is no range of addresses`);
  return { ...range, what, list: listOf(range) };
}

/** Reads an address or a CIDR; null where a text is neither. */
export function parseRange(text: string): AddressRange | null {
  const [, address = '', length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 0) return null;
  const bits = version === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : Number(length);
  return prefix > bits ? null : { family: version === 4 ? 'ipv4' : 'ipv6', address, prefix };
}

export function listOf({ address, prefix, family }: AddressRange): BlockList {
  const list = new BlockList();
  list.addSubnet(address, prefix, family);
  return list;
}

/** What is special about an address, in words that fit after "is"; null for an ordinary one. */
export function specialityOf(address: string): string | null {
  return SPECIAL.find(({ list }) => list.check(address, familyOf(address)))?.what ?? null;
}

/** Whether a range lies within one special range, and so names it on purpose. */
export function isSpecial({ address, family, prefix }: AddressRange): boolean {
  return SPECIAL.some(
    (range) =>
      range.family === family && prefix >= range.prefix && range.list.check(address, family),
  );
}

/** In IPv6, an IPv4 address may be written as `::ffff:10.0.0.1`; a BlockList knows that. */
export function familyOf(address: string): AddressFamily {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
