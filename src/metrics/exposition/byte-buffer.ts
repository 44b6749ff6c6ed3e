/** Bytes that are added to, in memory that grows and is used again and again. */
export interface ByteBuffer {
  memory: Buffer;
  /** Of the same memory. */
  view: DataView;
  used: number;
}

export function createByteBuffer(): ByteBuffer {
  const memory = Buffer.alloc(0);
  return { memory, view: viewOf(memory), used: 0 };
}

/** Small ones would have to grow again and again. */
const MIN_SIZE = 512;

/** Makes room for so many bytes. */
export function reserve(buffer: ByteBuffer, more: number): void {
  const wanted = buffer.used + more;
  const { length } = buffer.memory;
  if (wanted > length) resize(buffer, Math.max(wanted, Math.ceil(length * 1.5), MIN_SIZE));
}

/** Adds the first `length` bytes; by default all of them. */
export function addBytes(buffer: ByteBuffer, bytes: Uint8Array, length = bytes.length): void {
  reserve(buffer, bytes.length);
  buffer.memory.set(bytes, buffer.used);
  buffer.used += length;
}

/** What it holds, until something is added or cut off. */
export function bytesOf({ memory, used }: ByteBuffer): Buffer {
  return memory.subarray(0, used);
}

/** Leaves the first `length` bytes. */
export function cut(buffer: ByteBuffer, length: number): void {
  // A run of many endpoints leaves no more behind than the next one takes.
  const isRoomy = buffer.memory.length > 4 * buffer.used;
  buffer.used = Math.min(buffer.used, length);
  if (isRoomy) resize(buffer, buffer.used);
}

function resize(buffer: ByteBuffer, size: number): void {
  // Not from a pool, so that it is freed as soon as it is not used any more.
  const other = Buffer.allocUnsafeSlow(size);
  buffer.memory.copy(other, 0, 0, buffer.used);
  buffer.memory = other;
  buffer.view = viewOf(other);
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
