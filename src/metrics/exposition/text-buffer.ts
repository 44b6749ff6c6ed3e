import { addBytes, bytesOf, createByteBuffer, cut, reserve } from './byte-buffer.ts';

/** Text that grows, kept as UTF-8. */
export interface TextBuffer {
  add(text: string): void;
  /** Adds the first `length` bytes; by default all of them. */
  addBytes(bytes: Uint8Array, length?: number): void;
  /** Adds a number and the end of its line. */
  addValue(value: number): void;
  /** What it holds, until something is added or cut off. */
  bytes(): Buffer;
  readonly length: number;
  /** Leaves the first `length` bytes. */
  cut(length: number): void;
}

/** A character of a string is three bytes at most. */
const MAX_CHARACTER_BYTES = 3;

/** No number is longer, with the end of its line. */
const VALUE_BYTES = 32;

/** Whole numbers up to here are written without a string. */
const MAX_FAST_INTEGER = 2 ** 31 - 1;

const [ZERO, POINT, NEWLINE] = [48, 46, 10];

/** Joins many small pieces without ever holding all of the text as a string. */
export function createTextBuffer(): TextBuffer {
  const buffer = createByteBuffer();

  function addDigits(value: number): void {
    let digits = 1;
    for (let bound = 10; value >= bound; bound *= 10) digits += 1;
    const { memory, used } = buffer;
    let rest = value;
    for (let place = used + digits - 1; place >= used; place -= 1) {
      memory[place] = ZERO + (rest % 10);
      rest = Math.trunc(rest / 10);
    }
    buffer.used += digits;
  }

  function addFraction(thousandths: number): void {
    addByte(POINT);
    for (let rest = thousandths, unit = 100; rest > 0; rest %= unit, unit /= 10) {
      addByte(ZERO + Math.trunc(rest / unit));
    }
  }

  function addByte(byte: number): void {
    buffer.memory[buffer.used] = byte;
    buffer.used += 1;
  }

  return {
    add(text) {
      reserve(buffer, text.length * MAX_CHARACTER_BYTES);
      buffer.used += buffer.memory.write(text, buffer.used);
    },
    addBytes(bytes, length) {
      addBytes(buffer, bytes, length);
    },
    addValue(value) {
      reserve(buffer, VALUE_BYTES);
      // Nearly all numbers of Locust are whole, or were whole in thousandths.
      const thousandths = Math.round(value * 1000);
      if (Number.isInteger(value) && value >= 0 && value <= MAX_FAST_INTEGER) {
        addDigits(value);
      } else if (
        thousandths > 0 &&
        thousandths <= MAX_FAST_INTEGER &&
        thousandths / 1000 === value
      ) {
        addDigits(Math.trunc(thousandths / 1000));
        addFraction(thousandths % 1000);
      } else {
        buffer.used += buffer.memory.write(numberText(value), buffer.used, 'latin1');
      }
      addByte(NEWLINE);
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

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}
