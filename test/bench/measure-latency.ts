import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import type { BenchLocust } from './bench-locust.ts';
import { comparable, type LatencyRow } from './latency-row.ts';
import { getBody, startMeasured, type MeasuredProgram } from './measured-program.ts';
import { MODES, PREDECESSOR_MODE } from './modes.ts';
import {
  bareProgram,
  exporterProgram,
  predecessorProgram,
  startProgram,
  type StartedProgram,
} from './programs.ts';
import type { NewReport } from './replay-locust.ts';
import { runRounds, type RoundLength } from './run-rounds.ts';
import type { Format, LoadGenerator } from './scrape-load.ts';

export interface LatencyGroup {
  readonly scrapers: number;
  readonly gzip: boolean;
}

/** A program, measured in one way. */
export interface Contender {
  readonly program: LatencyRow['program'];
  readonly mode: string;
  readonly format: Format;
  readonly newReport: NewReport;
  /** Minimum length of its rounds. */
  readonly leastMs: number;
  readonly url: string;
  readonly pid: number;
  readonly samples: number | undefined;
  readonly wake: () => Promise<void>;
  readonly halt: () => void;
}

/** A read falls into each round, though scrapes may be faster than in the warm-up. */
const INTERVALS = 1.3;

const FORMATS: readonly Format[] = ['text', 'openmetrics'];

/** Measures each group in turn; its contenders take turns in short rounds. */
export async function measureLatencies(
  groups: readonly LatencyGroup[],
  locust: BenchLocust,
  generator: LoadGenerator,
  length: RoundLength,
  predecessor: string | undefined,
): Promise<LatencyRow[]> {
  const folder = await temporaryFolder('bench');
  const exporters = new Map<string, MeasuredProgram>();
  let peer: MeasuredProgram | undefined;
  let bare: StartedProgram | undefined;
  try {
    for (const { settings } of MODES) {
      const key = JSON.stringify(settings);
      if (exporters.has(key)) continue;
      const program = { ...exporterProgram(locust.url, settings), name: 'exporter' as const };
      exporters.set(key, await startMeasured(program, locust.endpoints));
    }
    if (predecessor !== undefined) {
      const program = predecessorProgram(predecessor, locust.url);
      peer = await startMeasured({ ...program, name: 'predecessor' }, locust.endpoints);
    }
    const files = await saveBodies([...exporters.values()][0]!, folder.path);
    bare = await startProgram(bareProgram([...files.values()].flat()));
    for (const measured of [...exporters.values(), peer]) measured?.halt();

    const rows: LatencyRow[] = [];
    for (const group of groups) {
      const contenders = [
        ...(peer === undefined ? [] : [ofPeer(peer)]),
        ...MODES.flatMap((mode) =>
          FORMATS.map((format) => ({
            ...ofProgram(exporters.get(JSON.stringify(mode.settings))!),
            ...{ program: 'exporter' as const, mode: mode.label, format },
            newReport: mode.newReport,
            leastMs: format === 'text' && !group.gzip ? mode.intervalMs * INTERVALS : 0,
          })),
        ),
        ...FORMATS.map((format, index) => ofBare(bare!, format, index * 2 + Number(group.gzip))),
      ];
      rows.push(...comparable(await runRounds(contenders, group, locust, generator, length)));
    }
    return rows;
  } finally {
    await Promise.all(
      [...exporters.values(), peer, bare?.process].map(async (each) => {
        await each?.stop();
      }),
    );
    await folder.remove();
  }
}

/** Of each format the plain body, then the compressed one. */
async function saveBodies(
  exporter: MeasuredProgram,
  folder: string,
): Promise<Map<Format, string[]>> {
  const files = new Map<Format, string[]>();
  for (const format of FORMATS) {
    const body = await getBody(exporter.metricsUrl, { format, gzip: false });
    const plain = path.join(folder, format);
    await writeFile(plain, body);
    await writeFile(`${plain}.gz`, gzipSync(body, { level: 1 }));
    files.set(format, [plain, `${plain}.gz`]);
  }
  return files;
}

function ofProgram({ metricsUrl, pid, samples, wake, halt }: MeasuredProgram) {
  return { url: metricsUrl, pid, samples, wake, halt };
}

function ofPeer(peer: MeasuredProgram): Contender {
  const { label, newReport } = PREDECESSOR_MODE;
  return {
    ...ofProgram(peer),
    program: 'predecessor',
    mode: label,
    newReport,
    format: 'text',
    leastMs: 0,
  };
}

function ofBare({ url, process }: StartedProgram, format: Format, file: number): Contender {
  return {
    ...{ program: 'static file', mode: '', format, newReport: 'every 2 s', leastMs: 0 },
    ...{ url: `${url}/${file}`, pid: process.pid, samples: undefined },
    wake: () => Promise.resolve(),
    halt: () => undefined,
  };
}
