import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';

/** A file and its arguments. */
export type Command = readonly [file: string, ...args: string[]];

/** What is looked for, by name: how it is called, and what the demo does without it. */
const PROGRAMS = {
  python: {
    commands: () => onPath('python3'),
    ifMissing: 'the load test is simulated; get it from python.org, or apt install python3',
  },
  locust: {
    commands: () => [...onPath('locust'), ...onPath('python3', '-m', 'locust')],
    ifMissing: 'the load test is simulated; get it with pip install locust',
  },
  prometheus: {
    commands: () => onPath('prometheus'),
    ifMissing: 'nothing is recorded; get it from prometheus.io/download, or apt install prometheus',
  },
  grafana: {
    commands: () => [...onPath('grafana', 'server'), ...onPath('grafana-server')].flatMap(withHome),
    ifMissing: 'no dashboards; get it from grafana.com/grafana/download',
  },
};

export type Programs = Readonly<Record<keyof typeof PROGRAMS, Command | undefined>>;

/** Prints for each program whether it is there, or what happens without it. */
export async function findPrograms(print: (line: string) => void): Promise<Programs> {
  const found: Record<string, Command | undefined> = {};
  for (const [name, { commands, ifMissing }] of Object.entries(PROGRAMS)) {
    let line = `missing  ${name.padEnd(10)}  ${ifMissing}`;
    for (const command of commands()) {
      const version = await versionOf(command);
      if (version === undefined) continue;
      found[name] = command;
      line = `found    ${name.padEnd(10)}  ${version.padEnd(10)}  ${command.join(' ')}`;
      break;
    }
    print(line);
  }
  return found as Programs;
}

function onPath(name: string, ...args: string[]): Command[] {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const file = folders.map((folder) => path.join(folder, name)).find((one) => existsSync(one));
  return file === undefined ? [] : [[file, ...args]];
}

/** Grafana does not start without the folder of its own files. */
function withHome(command: Command): Command[] {
  const folders = ['/usr/share/grafana', path.resolve(realpathSync(command[0]), '../..')];
  const home = folders.find((folder) => existsSync(path.join(folder, 'conf/defaults.ini')));
  return home === undefined ? [] : [[...command, '--homepath', home]];
}

async function versionOf([file, ...args]: Command): Promise<string | undefined> {
  const flag = path.basename(file).startsWith('grafana') ? '-v' : '--version';
  const { all } = await execa(file, [...args, flag], { all: true, reject: false, timeout: 20_000 });
  return /^\w+(?:, version| version)? v?(\d[\w.]+)/im.exec(all)?.[1];
}
