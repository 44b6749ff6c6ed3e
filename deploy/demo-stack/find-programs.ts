import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';

/** A file and its arguments. */
export type Command = readonly [file: string, ...args: string[]];

/** What is looked for on PATH. */
const COMMANDS = {
  python: [['python3']],
  locust: [['locust'], ['python3', '-m', 'locust']],
  prometheus: [['prometheus']],
  grafana: [['grafana', 'server'], ['grafana-server']],
} as const satisfies Record<string, readonly Command[]>;

export type Programs = Partial<Record<keyof typeof COMMANDS, Command>>;

const IF_MISSING: Record<keyof Programs, string> = {
  python: 'the load test is simulated; get it from python.org, or apt install python3',
  locust: 'the load test is simulated; get it with pip install locust',
  prometheus: 'nothing is recorded; get it from prometheus.io/download, or apt install prometheus',
  grafana: 'no dashboards; get it from grafana.com/grafana/download',
};

const OPTIONS = { all: true, reject: false, timeout: 20_000 } as const;

/** Prints for each program whether it is there, or what happens without it. */
export async function findPrograms(): Promise<Programs> {
  const found: Programs = {};
  for (const name of Object.keys(COMMANDS) as (keyof Programs)[]) {
    let line = `missing  ${name.padEnd(10)}  ${IF_MISSING[name]}`;
    for (const command of COMMANDS[name].flatMap(onPath)) {
      const [file, ...args] = command;
      const flag = name === 'grafana' ? '-v' : '--version';
      const { all } = await execa(file, [...args, flag], OPTIONS);
      const version = /^\w+(?:, version| version)? v?(\d[\w.]+)/im.exec(all)?.[1];
      if (version === undefined) continue;
      found[name] = command;
      line = `found    ${name.padEnd(10)}  ${version.padEnd(10)}  ${command.join(' ')}`;
      break;
    }
    console.log(line);
  }
  return found;
}

/** The command with the path of its file, or nothing. */
function onPath([name, ...args]: Command): Command[] {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const file = folders.map((folder) => path.join(folder, name)).find((one) => existsSync(one));
  if (file === undefined) return [];
  if (!name.startsWith('grafana')) return [[file, ...args]];
  // Grafana does not start without the folder of its own files.
  const homes = ['/usr/share/grafana', path.resolve(realpathSync(file), '../..')];
  const home = homes.find((folder) => existsSync(path.join(folder, 'conf/defaults.ini')));
  return home === undefined ? [] : [[file, ...args, '--homepath', home]];
}
