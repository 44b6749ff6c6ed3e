import { LocustError } from '../locust/errors.ts';
import type { Outcome, Reader } from './reader.ts';

/** Waits for a read that somebody with more time may have started. */
export async function outcomeWithin(
  read: Promise<Outcome>,
  timeoutMs: number,
  reader: Reader,
): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, null);
  });
  const outcome = await Promise.race([read, late]);
  clearTimeout(timer);
  return outcome ?? reader.down(new LocustError('timeout', 'Locust did not answer in time'));
}
