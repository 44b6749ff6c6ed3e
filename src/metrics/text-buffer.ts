/** Text that grows, kept as UTF-8. Its memory is used again and again. */
export interface TextBuffer {
  add(text: string): void;
  /** What it holds, until something is added or cut off. */
  bytes(): Buffer;
  /** Leaves the first `length` bytes. */
  cut(length: number): void;
}

/** Characters that are put together before they become bytes. */
const CHUNK = 2 ** 14;

/** A character of a string is three bytes at most. */
const MOST_BYTES = 3;

/** Joins many small strings without ever holding all of the text as one. */
export function createTextBuffer(): TextBuffer {
  let memory = Buffer.alloc(0);
  let used = 0;
  let chunk = '';

  function resize(size: number): void {
    // Not from a pool, so that it is given back as soon as it is let go.
    const other = Buffer.allocUnsafeSlow(size);
    memory.copy(other, 0, 0, used);
    memory = other;
  }

  function flush(): void {
    const wanted = used + chunk.length * MOST_BYTES;
    if (wanted > memory.length) resize(Math.max(wanted, Math.ceil(memory.length * 1.5)));
    used += memory.write(chunk, used, 'utf8');
    chunk = '';
  }

  return {
    add(text) {
      chunk += text;
      if (chunk.length >= CHUNK) flush();
    },
    bytes() {
      flush();
      return memory.subarray(0, used);
    },
    cut(length) {
      flush();
      // A run of many endpoints leaves no more behind than the next one takes.
      const isRoomy = memory.length > 4 * used;
      used = Math.min(used, length);
      if (isRoomy) resize(used);
    },
  };
}
