import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import type { LookupAddress } from 'node:dns';

const A = 1;
const IN = 1;

export interface DnsServer {
  /** Names that it was asked for, one entry for each query of an IPv4 address. */
  readonly queries: readonly string[];
  /** Asks it for the IPv4 addresses of a name. */
  readonly resolve: (name: string) => Promise<LookupAddress[]>;
  close(): Promise<void>;
}

/**
 * A name server of UDP on loopback.
 *
 * @param answer the IPv4 addresses of a name, which may be others each time.
 */
export async function startDnsServer(answer: (name: string) => string[]): Promise<DnsServer> {
  const queries: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const { name, end } = readName(query, 12);
    const question = query.subarray(12, end + 4);
    const isA = query.readUInt16BE(end) === A;
    if (isA) queries.push(name);
    const records = isA ? answer(name).map(recordOf) : [];
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x81_80, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    socket.send(Buffer.concat([header, question, ...records]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    queries,
    resolve: async (name) =>
      (await resolver.resolve4(name)).map((address) => ({ address, family: 4 })),
    async close() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function readName(message: Buffer, start: number): { name: string; end: number } {
  const parts: string[] = [];
  let at = start;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    parts.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: parts.join('.'), end: at + 1 };
}

/** Its name is that of the question, and it may not be kept. */
function recordOf(address: string): Buffer {
  const record = Buffer.alloc(16);
  record.writeUInt16BE(0xc0_0c, 0);
  record.writeUInt16BE(A, 2);
  record.writeUInt16BE(IN, 4);
  record.writeUInt32BE(0, 6);
  record.writeUInt16BE(4, 10);
  Buffer.from(address.split('.').map(Number)).copy(record, 12);
  return record;
}
