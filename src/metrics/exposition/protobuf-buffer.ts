import { addBytes, bytesOf, createByteBuffer, cut, reserve } from './byte-buffer.ts';

/** Kinds of fields on the wire of protobuf. */
const [VARINT, FIXED64, LENGTH_DELIMITED] = [0, 1, 2];

/** No varint of a safe integer is longer, with a tag of two bytes before it. */
const VARINT_BYTES = 12;

/** Up to here bits can be shifted. */
const MAX_SMALL = 2 ** 31 - 1;

/** A protobuf message that grows. Numbers of fields are below 2048. */
export interface ProtobufBuffer {
  /** Adds fields that are written already. */
  addFields(bytes: Uint8Array): void;
  /** A whole number of 0 or more; of a `uint` or an enumeration. */
  addUint(field: number, value: number): void;
  /** A whole number of a `sint`. */
  addSint(field: number, value: number): void;
  addDouble(field: number, value: number): void;
  addString(field: number, text: string): void;
  /** Adds how much each of the first whole numbers is above the one before it, in one field of `sint`. */
  addPackedDeltas(field: number, values: ArrayLike<number>, length: number): void;
  /** Begins a message in the message whose length is known; what is added next belongs to it. */
  begin(field: number, length: number): void;
  /**
   * Begins a message in the message. What is added until `close` belongs to it.
   *
   * @param field none for a message that only its length precedes.
   * @returns what `close` has to be given.
   */
  open(field?: number): number;
  close(opened: number): void;
  /** What it holds, until something is added or cut off. */
  bytes(): Buffer;
  readonly length: number;
  /** Leaves the first `length` bytes. */
  cut(length: number): void;
}

export function createProtobufBuffer(): ProtobufBuffer {
  const buffer = createByteBuffer();

  function addTag(field: number, kind: number): void {
    putVarint(field * 8 + kind);
  }

  /** Where there is room. */
  function putVarint(value: number): void {
    // A value that is not a count must not break the fields that follow it.
    let rest = Math.max(0, Math.min(Math.trunc(value), Number.MAX_SAFE_INTEGER));
    const { memory } = buffer;
    let { used } = buffer;
    while (rest > MAX_SMALL) {
      memory[used++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      memory[used++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    memory[used++] = rest;
    buffer.used = used;
  }

  return {
    addFields(bytes) {
      addBytes(buffer, bytes);
    },
    addUint(field, value) {
      reserve(buffer, VARINT_BYTES);
      addTag(field, VARINT);
      putVarint(value);
    },
    addSint(field, value) {
      reserve(buffer, VARINT_BYTES);
      addTag(field, VARINT);
      putVarint(zigzag(value));
    },
    addDouble(field, value) {
      reserve(buffer, VARINT_BYTES);
      addTag(field, FIXED64);
      buffer.view.setFloat64(buffer.used, value, true);
      buffer.used += Float64Array.BYTES_PER_ELEMENT;
    },
    addString(field, text) {
      const bytes = Buffer.from(text);
      reserve(buffer, VARINT_BYTES);
      addTag(field, LENGTH_DELIMITED);
      putVarint(bytes.length);
      addBytes(buffer, bytes);
    },
    addPackedDeltas(field, values, length) {
      const opened = this.open(field);
      reserve(buffer, length * VARINT_BYTES);
      let before = 0;
      for (let place = 0; place < length; place += 1) {
        const value = values[place] ?? 0;
        putVarint(zigzag(value - before));
        before = value;
      }
      this.close(opened);
    },
    begin(field, length) {
      reserve(buffer, VARINT_BYTES);
      addTag(field, LENGTH_DELIMITED);
      putVarint(length);
    },
    open(field) {
      reserve(buffer, VARINT_BYTES);
      if (field !== undefined) addTag(field, LENGTH_DELIMITED);
      // Most are short: room for a length of one byte.
      buffer.used += 1;
      return buffer.used;
    },
    close(opened) {
      const length = buffer.used - opened;
      const more = varintLength(length) - 1;
      if (more > 0) {
        reserve(buffer, more);
        buffer.memory.copyWithin(opened + more, opened, buffer.used);
      }
      buffer.used = opened - 1;
      putVarint(length);
      buffer.used += length;
    },
    bytes: () => bytesOf(buffer),
    get length() {
      return buffer.used;
    },
    cut(length) {
      cut(buffer, length);
    },
  };
}

/** Of a field with a number below 16 that has a double. */
export const DOUBLE_LENGTH = 9;

/** Small numbers of either sign are short. */
export function zigzag(value: number): number {
  return value >= 0 ? 2 * value : -2 * value - 1;
}

export function varintLength(value: number): number {
  let length = 1;
  for (let bound = 128; value >= bound; bound *= 128) length += 1;
  return length;
}
