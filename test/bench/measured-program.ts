import { once } from 'node:events';
import http from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { waitUntil } from '../helpers/wait-until.ts';
import { checkExposition } from './check-exposition.ts';
import { startProgram, type Program } from './programs.ts';
import { scrapeHeaders, type Encoding } from './scrape-load.ts';

export interface MeasuredProgram {
  readonly name: 'exporter' | 'predecessor';
  readonly pid: number;
  readonly metricsUrl: string;
  /** Of its first response. */
  readonly samples: number;
  /** Lets it run, until it shows all endpoints. */
  readonly wake: () => Promise<void>;
  /** Keeps it from taking time from others. */
  readonly halt: () => void;
  stop(): Promise<void>;
}

/** Starts an exporter, and sees that it shows so many endpoints of a Locust that is up. */
export async function startMeasured(
  program: Program & { readonly name: 'exporter' | 'predecessor' },
  endpoints: number,
): Promise<MeasuredProgram> {
  const { name } = program;
  const { url, process } = await startProgram(program);
  const metricsUrl = `${url}/metrics`;
  const check = async (): Promise<number> => {
    const body = await getBody(metricsUrl, { format: 'text', gzip: false });
    return checkExposition(name, body.toString(), endpoints);
  };
  try {
    const samples = await check();
    return {
      ...{ name, pid: process.pid, metricsUrl, samples },
      wake: async () => {
        process.kill('SIGCONT');
        await waitUntil('all endpoints are shown', check, { timeoutMs: 30_000, everyMs: 20 });
      },
      halt: () => {
        process.kill('SIGSTOP');
      },
      stop: () => {
        process.kill('SIGCONT');
        return process.stop();
      },
    };
  } catch (error) {
    await process.stop();
    throw error;
  }
}

/**
 * As it is sent, decompressed where it is compressed.
 *
 * @param agent for one who keeps a connection
 */
export async function getBody(
  url: string,
  encoding: Encoding,
  agent?: http.Agent,
): Promise<Buffer> {
  const request = http.get(url, {
    ...{ agent, headers: scrapeHeaders(encoding) },
    signal: AbortSignal.timeout(60_000),
  });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const body = await buffer(response);
  if (response.statusCode !== 200) throw new Error(`${url}: ${String(response.statusCode)}`);
  return response.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}
