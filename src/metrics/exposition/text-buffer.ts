/** Text that grows, kept as UTF-8. Its memory is used again and again. */
export interface TextBuffer {
  add(text: string): void;
  /** Adds the first `length` bytes; all of them unless told. */
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
  let memory = Buffer.alloc(0);
  let used = 0;

  function resize(size: number): void {
    // Not from a pool, so that it is given back as soon as it is let go.
    const other = Buffer.allocUnsafeSlow(size);
    memory.copy(other, 0, 0, used);
    memory = other;
  }

  function reserve(more: number): void {
    const wanted = used + more;
    if (wanted > memory.length) resize(Math.max(wanted, Math.ceil(memory.length * 1.5)));
  }

  function addDigits(value: number): void {
    let digits = 1;
    for (let bound = 10; value >= bound; bound *= 10) digits += 1;
    let rest = value;
    for (let place = used + digits - 1; place >= used; place -= 1) {
      memory[place] = ZERO + (rest % 10);
      rest = Math.trunc(rest / 10);
    }
    used += digits;
  }

  function addFraction(thousandths: number): void {
    memory[used] = POINT;
    used += 1;
    for (let rest = thousandths, unit = 100; rest > 0; rest %= unit, unit /= 10) {
      memory[used] = ZERO + Math.trunc(rest / unit);
      used += 1;
    }
  }

  return {
    add(text) {
      reserve(text.length * MAX_CHARACTER_BYTES);
      used += memory.write(text, used);
    },
    addBytes(bytes, length = bytes.length) {
      reserve(bytes.length);
      memory.set(bytes, used);
      used += length;
    },
    addValue(value) {
      reserve(VALUE_BYTES);
      // Nearly all that Locust tells is whole, or was whole in thousandths.
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
        used += memory.write(numberText(value), used, 'latin1');
      }
      memory[used] = NEWLINE;
      used += 1;
    },
    bytes: () => memory.subarray(0, used),
    get length() {
      return used;
    },
    cut(length) {
      // A run of many endpoints leaves no more behind than the next one takes.
      const isRoomy = memory.length > 4 * used;
      used = Math.min(used, length);
      if (isRoomy) resize(used);
    },
  };
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}
