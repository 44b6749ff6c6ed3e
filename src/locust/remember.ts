/** Characters of texts that a memory holds at most. */
const ROOM = 2 ** 22;

/** The same function, but with a memory for the texts it has had, begun again when full. */
export function remember<Value extends string | number | null>(
  compute: (text: string) => Value,
  room = ROOM,
): (text: string) => Value {
  const known = new Map<string, Value>();
  let taken = 0;
  return (text) => {
    const earlier = known.get(text);
    if (earlier !== undefined) return earlier;
    const value = compute(text);
    const size = text.length + (typeof value === 'string' ? value.length : 0);
    if (taken + size > room) {
      known.clear();
      taken = 0;
    }
    if (size <= room) {
      known.set(text, value);
      taken += size;
    }
    return value;
  };
}
