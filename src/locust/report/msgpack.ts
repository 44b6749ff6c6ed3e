import type { YieldingTask } from '../../async/run-yielding.ts';
import { LocustError } from '../errors.ts';

/** The maximum nesting of lists and maps. */
const MAX_DEPTH = 64;

/** The maximum size of one value, because decoding it cannot pause. */
const MAX_VALUE_BYTES = 2 ** 22;
const MAX_VALUES = 2 ** 18;

/** Values that are skipped between two pauses. */
const SLICE = 2 ** 16;

const [NIL, NEVER_USED, FALSE, TRUE, EXT8, EXT32] = [0xc0, 0xc1, 0xc2, 0xc3, 0xc7, 0xc9];
const [FLOAT32, FLOAT64, UINT8, UINT16, UINT32, UINT64] = [0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf];
const [INT8, INT16, INT32, INT64] = [0xd0, 0xd1, 0xd2, 0xd3];
const [ARRAY16, ARRAY32, MAP16, MAP32] = [0xdc, 0xdd, 0xde, 0xdf];

/*
 * What follows the bytes 0xc0 to 0xdf: nil, (never used), false, true, three kinds of binary data, of
 * extensions, two of floats, four of unsigned and four of signed integers, five of fixed extensions,
 * three of text, two of lists, two of maps.
 */

/** The bytes of the length field. */
const LENGTH_WIDTH = [
  ...[0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 0, 0, 0, 0, 0, 0],
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4],
];

/** The bytes of the value itself, apart from those that a length counts. */
const FIXED_BYTES = [
  ...[0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 4, 8, 1, 2, 4, 8],
  ...[1, 2, 4, 8, 2, 3, 5, 9, 17, 0, 0, 0, 0, 0, 0, 0],
];

/** Reads MessagePack. Values must be checked by `skip` before they are read. */
export class MsgpackReader {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /**
   * Skips the next value and checks it, so that reading it later stays within its bytes and is fast.
   *
   * @throws LocustError `not_json` when the bytes end before the value or are no MessagePack,
   *   `too_large` when there is more in it than any Locust sends.
   */
  *skip(): YieldingTask<void> {
    const start = this.at;
    let pending = 1;
    for (let walked = 0; ;) {
      pending = this.#walk(pending, SLICE);
      if (this.at > this.bytes.length || pending > this.bytes.length - this.at) throw brokenOff();
      if (this.at - start > MAX_VALUE_BYTES) throw tooLarge('a value of more than 4 MiB');
      if (pending === 0) return;
      walked += SLICE;
      if (walked >= MAX_VALUES) throw tooLarge('too many values in one');
      yield;
    }
  }

  /** @returns how many of the pending values are still to be skipped. */
  #walk(pending: number, most: number): number {
    const { bytes } = this;
    let { at } = this;
    for (let count = 0; pending > 0 && count < most && at < bytes.length; count += 1) {
      const byte = bytes[at] ?? 0;
      pending -= 1;
      at += 1;
      if (byte < 0x80 || byte >= 0xe0) continue;
      if (byte < 0x90) pending += 2 * (byte & 0x0f);
      else if (byte < 0xa0) pending += byte & 0x0f;
      else if (byte < 0xc0) at += byte & 0x1f;
      else {
        const width = LENGTH_WIDTH[byte - NIL] ?? 0;
        if (at + width > bytes.length) throw brokenOff();
        const length = width === 0 ? 0 : bytes.readUIntBE(at, width);
        at += width + (FIXED_BYTES[byte - NIL] ?? 0);
        if (byte === ARRAY16 || byte === ARRAY32) pending += length;
        else if (byte === MAP16 || byte === MAP32) pending += 2 * length;
        else if (byte === NEVER_USED) throw new SyntaxError(`unexpected byte at ${at - 1}`);
        else at += length;
      }
    }
    this.at = at;
    return pending;
  }

  /** How many elements the list has that begins here; null where there is none. */
  readListLength(): number | null {
    return this.#readLength(0x90, ARRAY16, ARRAY32);
  }

  /** How many pairs the map has that begins here; null where there is none. */
  readMapLength(): number | null {
    return this.#readLength(0x80, MAP16, MAP32);
  }

  #readLength(fix: number, size16: number, size32: number): number | null {
    const { bytes, at } = this;
    const byte = bytes[at] ?? NIL;
    const width = byte === size16 ? 2 : byte === size32 ? 4 : 0;
    if (width === 0 && (byte & 0xf0) !== fix) return null;
    if (at + 1 + width > bytes.length) throw brokenOff();
    const length = width === 0 ? byte & 0x0f : bytes.readUIntBE(at + 1, width);
    // Each element takes a byte at least.
    if (length > bytes.length - at) throw brokenOff();
    this.at = at + 1 + width;
    return length;
  }

  /**
   * Reads a value that `skip` has checked. Maps become objects, binary data text. Extension types,
   * which Locust has no use for, become empty objects.
   *
   * @throws LocustError `too_large` when lists or maps stand too deep in each other.
   */
  readValue(depth = 0): unknown {
    const { bytes } = this;
    const byte = bytes[this.at++] ?? NIL;
    if (byte < 0x80) return byte;
    if (byte >= 0xe0) return byte - 0x100;
    if (byte < 0x90) return this.#readMap(byte & 0x0f, depth);
    if (byte < 0xa0) return this.#readList(byte & 0x0f, depth);
    if (byte < 0xc0) return this.#readText(byte & 0x1f);
    return this.#readTyped(byte, depth);
  }

  /** Reads a whole number from 0 to 2³² − 1. Returns −1 and reads nothing if the next value is not one. */
  readUnsigned(): number {
    const { bytes, at } = this;
    const byte = bytes[at] ?? NIL;
    if (byte < 0x80) {
      this.at = at + 1;
      return byte;
    }
    if (byte === UINT8) {
      this.at = at + 2;
      return bytes[at + 1] ?? -1;
    }
    if (byte === UINT16) {
      this.at = at + 3;
      return ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    }
    if (byte !== UINT32) return -1;
    this.at = at + 5;
    return bytes.readUInt32BE(at + 1);
  }

  #readTyped(byte: number, depth: number): unknown {
    const { bytes, at } = this;
    const width = LENGTH_WIDTH[byte - NIL] ?? 0;
    if (width > 0) {
      const length = bytes.readUIntBE(at, width);
      this.at = at + width;
      if (byte === ARRAY16 || byte === ARRAY32) return this.#readList(length, depth);
      if (byte === MAP16 || byte === MAP32) return this.#readMap(length, depth);
      if (byte >= EXT8 && byte <= EXT32) {
        this.at += 1 + length;
        return {};
      }
      return this.#readText(length);
    }
    this.at = at + (FIXED_BYTES[byte - NIL] ?? 0);
    switch (byte) {
      case FALSE:
      case TRUE:
        return byte === TRUE;
      case FLOAT32:
        return bytes.readFloatBE(at);
      case FLOAT64:
        return bytes.readDoubleBE(at);
      case UINT8:
        return bytes[at];
      case UINT16:
        return bytes.readUInt16BE(at);
      case UINT32:
        return bytes.readUInt32BE(at);
      case UINT64:
        return bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
      case INT8:
        return bytes.readInt8(at);
      case INT16:
        return bytes.readInt16BE(at);
      case INT32:
        return bytes.readInt32BE(at);
      case INT64:
        return bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
      default:
        return byte === NIL ? null : {};
    }
  }

  #readText(length: number): string {
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }

  #readList(length: number, depth: number): unknown[] {
    checkDepth(depth);
    const list: unknown[] = [];
    for (let index = 0; index < length; index += 1) list.push(this.readValue(depth + 1));
    return list;
  }

  #readMap(length: number, depth: number): Record<string, unknown> {
    checkDepth(depth);
    const pairs: [string, unknown][] = [];
    for (let index = 0; index < length; index += 1) {
      pairs.push([String(this.readValue(depth + 1)), this.readValue(depth + 1)]);
    }
    // Not one by one, since a key can be `__proto__`.
    return Object.fromEntries(pairs);
  }
}

function checkDepth(depth: number): void {
  if (depth >= MAX_DEPTH) throw tooLarge(`lists or maps over ${MAX_DEPTH} deep`);
}

function brokenOff(): LocustError {
  return new LocustError(
    'not_json',
    "the companion's report broke off before its end; " +
      'look whether Locust, or a proxy before it, ended or ran out of time or memory',
  );
}

export function tooLarge(what: string): LocustError {
  return new LocustError(
    'too_large',
    `the response has ${what}, which no companion sends; check that LOCUST_URL is that of Locust`,
  );
}
