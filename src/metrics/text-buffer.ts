/** Text that grows, kept as UTF-8. */
export interface TextBuffer {
  add(text: string): void;
  /** Ends it. */
  toBuffer(): Buffer;
}

/** Characters that are put together before they become bytes. */
const CHUNK = 2 ** 14;

/** A character of a string is three bytes at most. */
const MOST_BYTES = 3;

/**
 * Joins many small strings without ever holding all of the text as one.
 *
 * @param expectedBytes is room from the start; more is made when it runs out.
 */
export function createTextBuffer(expectedBytes: number): TextBuffer {
  let bytes = Buffer.allocUnsafeSlow(Math.max(expectedBytes, CHUNK * MOST_BYTES));
  let used = 0;
  let chunk = '';

  function flush(): void {
    const wanted = used + chunk.length * MOST_BYTES;
    if (wanted > bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(wanted, Math.ceil(bytes.length * 1.5)));
      bytes.copy(larger, 0, 0, used);
      bytes = larger;
    }
    used += bytes.write(chunk, used, 'utf8');
    chunk = '';
  }

  return {
    add(text) {
      chunk += text;
      if (chunk.length >= CHUNK) flush();
    },
    toBuffer() {
      flush();
      return bytes.subarray(0, used);
    },
  };
}
