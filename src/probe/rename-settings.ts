import type { LocustClient } from '../locust/client/client.ts';
import { LocustError } from '../locust/errors.ts';

/**
 * Lets messages that name a setting for a single Locust, such as LOCUST_USERNAME, name what takes
 * its place in a probe: `username` of a module, or `target`.
 */
export function renameSettings(client: LocustClient): LocustClient {
  const renamed = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw error instanceof LocustError ? renameInError(error) : error;
    }
  };
  return {
    ...client,
    get: (...request) => renamed(client.get(...request)),
    getResponse: (...request) => renamed(client.getResponse(...request)),
    post: (...request) => renamed(client.post(...request)),
  };
}

function renameInError(error: LocustError): LocustError {
  const message = error.message.replaceAll(/\bLOCUST_([A-Z_]*[A-Z])\b/g, (_, name: string) =>
    name === 'URL' ? 'target' : name.toLowerCase(),
  );
  const { cause, status } = error;
  return new LocustError(error.code, message, {
    cause,
    ...(status !== undefined && { status }),
  });
}
