/** What a program or library needs to be started, as its ELF file says. */
export interface Elf {
  /** Path of the loader; null in most libraries and in static programs. */
  readonly interpreter: string | null;
  /** File names of libraries. */
  readonly needed: readonly string[];
  /** Numbers of the ELF header, the same in all that can be loaded together. */
  readonly machine: number;
}

const LOAD = 1;
const DYNAMIC = 2;
const INTERPRETER = 3;
const NEEDED = 1;
const STRING_TABLE = 5;

/** @throws Error for what is not a 64-bit little-endian ELF file. */
export function readElf(bytes: Buffer): Elf {
  if (bytes.subarray(0, 6).toString('latin1') !== '\x7fELF\x02\x01') {
    throw new Error('expected a 64-bit little-endian ELF file');
  }
  const number = (at: number) => Number(bytes.readBigUInt64LE(at));
  const text = (at: number) => bytes.toString('utf8', at, bytes.indexOf(0, at));

  const start = number(0x20);
  const size = bytes.readUInt16LE(0x36);
  const segments = Array.from({ length: bytes.readUInt16LE(0x38) }, (_, index) => {
    const at = start + index * size;
    return {
      type: bytes.readUInt32LE(at),
      offset: number(at + 8),
      address: number(at + 16),
      length: number(at + 32),
    };
  });

  const interpreter = segments.find(({ type }) => type === INTERPRETER);
  const dynamic = segments.find(({ type }) => type === DYNAMIC);
  const entries = Array.from({ length: (dynamic?.length ?? 0) / 16 }, (_, index) => {
    const at = (dynamic?.offset ?? 0) + index * 16;
    return { tag: number(at), value: number(at + 8) };
  });
  const table = entries.find(({ tag }) => tag === STRING_TABLE)?.value ?? 0;
  const holder = segments.find(
    ({ type, address, length }) => type === LOAD && table >= address && table < address + length,
  );
  const strings = table - (holder?.address ?? 0) + (holder?.offset ?? 0);
  return {
    interpreter: interpreter === undefined ? null : text(interpreter.offset),
    needed: entries.filter(({ tag }) => tag === NEEDED).map(({ value }) => text(strings + value)),
    machine: bytes.readUInt16LE(0x12),
  };
}
