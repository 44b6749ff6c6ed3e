import { setTimeout as sleep } from 'node:timers/promises';
import { startChromium, whyChromiumIsMissing } from '../helpers/chromium.ts';
import { whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { startLocust, type RealLocust } from '../helpers/real-locust.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { exporterContender, NOBODY, pageContender, type CostContender } from './cost-contenders.ts';
import { answersSince, costRow, type CostRound, type CostRow } from './cost-row.ts';
import { countLocust, type CountedLocust } from './counted-locust.ts';
import { startMeasured, type MeasuredProgram } from './measured-program.ts';
import { MODES } from './modes.ts';
import { readCpuSeconds } from './process-figures.ts';
import { exporterProgram } from './programs.ts';

export interface CostOptions {
  readonly rounds: number;
  /** Of each contender in each round. */
  readonly seconds: number;
  readonly tell: (what: string) => void;
}

export const COST_LOCUST = 'newest';

const FURTHER_ENDPOINTS = 200;
const USERS = 20;
const PAUSE_SECONDS = 0.5;
const MANY_SCRAPERS = 10;
/** Until a page has loaded, and no scrape is due at either end of what is measured. */
const SETTLE_MS = 4250;

/** @returns what has to be installed first, or undefined. */
export function whyCostCannotBeMeasured(): string | undefined {
  const reasons = [whyLocustIsMissing(COST_LOCUST), whyChromiumIsMissing()];
  return reasons.filter((reason) => reason !== undefined).join('; ') || undefined;
}

/** What it costs the master of a real Locust under load that somebody reads it. */
export async function measureCost({ rounds, seconds, tell }: CostOptions): Promise<CostRow[]> {
  const locust = await startLocust({
    ...{ version: COST_LOCUST, workers: 1 },
    env: { EXTRA: String(FURTHER_ENDPOINTS), PAUSE: String(PAUSE_SECONDS) },
  });
  const exporters: MeasuredProgram[] = [];
  let counted: CountedLocust | undefined;
  let browser;
  try {
    const endpoints = await loadLocust(locust);
    counted = await countLocust(locust.url);
    browser = await startChromium();
    const contenders = [
      NOBODY,
      pageContender(browser, counted.url, 'Statistics'),
      pageContender(browser, counted.url, 'Charts'),
    ];
    for (const [asker, key] of [
      ['on-demand', 'default'],
      ['loop', 'loop'],
    ] as const) {
      const { settings } = MODES.find((mode) => mode.key === key)!;
      const program = { ...exporterProgram(counted.url, settings), name: 'exporter' as const };
      const exporter = await startMeasured(program, endpoints);
      exporters.push(exporter);
      exporter.halt();
      for (const scrapers of [1, MANY_SCRAPERS]) {
        contenders.push(exporterContender(asker, exporter, scrapers, endpoints));
      }
    }
    return await takeTurns(contenders, counted);
  } finally {
    await browser?.close();
    await Promise.all(exporters.map((exporter) => exporter.stop()));
    counted?.stop();
    await locust.stop();
  }

  async function takeTurns(
    contenders: readonly CostContender[],
    counted: CountedLocust,
  ): Promise<CostRow[]> {
    const results = contenders.map(() => [] as CostRound[]);
    for (let turn = 1; turn <= rounds; turn++) {
      for (const [index, contender] of contenders.entries()) {
        const { asker, scrapers } = contender;
        tell(`cost: round ${turn} of ${rounds}, ${asker}${scrapers > 0 ? ` × ${scrapers}` : ''}`);
        results[index]!.push(await round(contender, counted));
      }
    }
    const alone = results[contenders.indexOf(NOBODY)]!;
    return contenders.map((contender, index) => costRow(contender, results[index]!, alone));
  }

  async function round(contender: CostContender, counted: CountedLocust): Promise<CostRound> {
    const end = await contender.begin();
    await sleep(SETTLE_MS);
    const before = await counted.answers();
    const cpuSeconds = readCpuSeconds(locust.main.pid);
    const startMs = performance.now();
    await sleep(seconds * 1000);
    const measured = {
      seconds: (performance.now() - startMs) / 1000,
      cpuSeconds: readCpuSeconds(locust.main.pid) - cpuSeconds,
      answers: answersSince(before, await counted.answers()),
    };
    await end();
    return measured;
  }
}

/** @returns the number of endpoints, when all are there. */
async function loadLocust(locust: RealLocust): Promise<number> {
  await locust.swarm(USERS, USERS);
  return waitUntil('all endpoints have requests', async () => {
    const { state, stats } = await locust.report();
    const endpoints = stats.length - 1;
    return state === 'running' && endpoints > FURTHER_ENDPOINTS && endpoints;
  });
}
