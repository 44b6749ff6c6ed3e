/** Joins the chunks of a response as they come, so that the response is in memory once, not twice. */
export interface ByteCollector {
  add(chunk: Uint8Array): void;
  /** All of it; nothing can be added any more. */
  finish(): Buffer;
}

const FIRST_BYTES = 2 ** 16;

/** @param expectedBytes how much will come, 0 where that is not known; it may be wrong. */
export function createByteCollector(expectedBytes: number): ByteCollector {
  // Not from a pool, which would stay as long as the smallest part of it.
  let memory = Buffer.allocUnsafeSlow(expectedBytes || FIRST_BYTES);
  let used = 0;
  return {
    add(chunk) {
      const wanted = used + chunk.length;
      if (wanted > memory.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(wanted, memory.length * 2));
        memory.copy(larger, 0, 0, used);
        memory = larger;
      }
      memory.set(chunk, used);
      used = wanted;
    },
    finish: () => memory.subarray(0, used),
  };
}
