import type { LocustClient } from '../locust/client/client.ts';
import { LocustError } from '../locust/errors.ts';
import { parseReport, readInfo, versionOf } from '../locust/report/read-report.ts';
import type { LocustInfo, Snapshot } from '../locust/snapshot.ts';
import { createReportSource, type CompanionMode } from '../target/report-source.ts';

/** Reads one report after another from the same source as the exporter. */
export function createStatsReader(
  client: LocustClient,
  mode: CompanionMode,
  deadline: () => AbortSignal,
): { read(): Promise<Snapshot> } {
  const source = createReportSource({ client, mode });
  let info: LocustInfo | null = null;
  let isInfoRead = false;
  let hasFailed = false;

  async function read(): Promise<Snapshot> {
    const report = await source.read(deadline(), hasFailed);
    if (report.from === 'companion') return report.read.snapshot;
    if (!isInfoRead) info = await infoOrNull(client, deadline());
    isInfoRead = true;
    return parseReport(report.response, versionOf(info), info?.currentPercentiles);
  }

  return {
    async read() {
      try {
        const snapshot = await read();
        hasFailed = false;
        return snapshot;
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    },
  };
}

export async function infoOrNull(
  client: LocustClient,
  signal: AbortSignal,
): Promise<LocustInfo | null> {
  try {
    return await readInfo(client, signal);
  } catch (error) {
    // The page can be missing or large. That Locust cannot be reached is worth reporting.
    if (!(error instanceof LocustError)) throw error;
    if (error.code === 'connect' || error.code === 'auth_required') throw error;
    return null;
  }
}
