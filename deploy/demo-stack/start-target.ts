import { neutralEnvironment, isAnswered, type Context } from './context.ts';
import type { Program } from './find-programs.ts';
import { freePortFrom } from './free-port-from.ts';
import { TARGET } from './places.ts';

/** Starts the system under test. @returns its URL */
export async function startTarget({ children, folder }: Context, python: Program): Promise<string> {
  const port = await freePortFrom(8000);
  const url = `http://127.0.0.1:${port}`;
  const child = children.start(
    'target.py',
    [python.path, ...python.args, TARGET, '--port', String(port)],
    { cwd: folder, env: neutralEnvironment() },
  );
  await children.waitUntilReady([child], () => isAnswered(`${url}/healthz`));
  return url;
}
