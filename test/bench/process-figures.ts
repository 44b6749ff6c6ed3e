import { readdirSync, readFileSync } from 'node:fs';

/** `/proc/PID/stat` counts in these, on every Linux that there is. */
const TICKS_PER_SECOND = 100;

export interface ProcessTimes {
  /** In user and in kernel mode, all threads. */
  readonly cpuSeconds: number;
  /** Pages that had to be read from disk. */
  readonly majorFaults: number;
}

export interface ProcessMemory {
  readonly rssBytes: number;
  readonly rssAnonBytes: number;
  readonly peakRssBytes: number;
}

/** @param text of `/proc/PID/stat` */
export function parseProcessTimes(text: string): ProcessTimes {
  // The name, in brackets, may hold anything; the field after it is the third.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3] ?? NaN);
  return { cpuSeconds: (field(14) + field(15)) / TICKS_PER_SECOND, majorFaults: field(12) };
}

/** @param text of `/proc/PID/status` */
export function parseProcessMemory(text: string): ProcessMemory {
  const bytes = (key: string): number =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? NaN) * 1024;
  return {
    rssBytes: bytes('VmRSS'),
    rssAnonBytes: bytes('RssAnon'),
    peakRssBytes: bytes('VmHWM'),
  };
}

export function readProcessTimes(pid: number): ProcessTimes {
  return parseProcessTimes(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

export function readProcessMemory(pid: number): ProcessMemory {
  return parseProcessMemory(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

/** Of all its threads, to the nanosecond, where `/proc/PID/stat` counts in hundredths. */
export function readCpuSeconds(pid: number): number {
  const folder = `/proc/${pid}/task`;
  return readdirSync(folder)
    .map((thread) => readFileSync(`${folder}/${thread}/schedstat`, 'utf8'))
    .reduce((all, text) => all + parseScheduledSeconds(text), 0);
}

/** @param text of `/proc/PID/task/THREAD/schedstat` */
export function parseScheduledSeconds(text: string): number {
  return Number(/^\d+/.exec(text)?.[0] ?? NaN) / 1e9;
}
