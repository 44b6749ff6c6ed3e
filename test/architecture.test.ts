import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';

const root = join(import.meta.dirname, '..');

/** Folders in folders that are parts of their own, and a file that stands above its neighbours. */
const INNER_PARTS = [
  'config/probe-config',
  'config/web-config',
  'http/status-page',
  'locust/client',
  'locust/history.ts',
  'locust/report',
  'locust/rows',
  'metrics/exposition',
];

/**
 * What each part of src/ may import: other parts, node: modules (all of them where `node:`
 * stands alone) and packages. `import type` of the logger's type is free for all.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'bin.ts': ['signals.ts', 'main.ts', 'exit-process.ts', 'node:'],
  'main.ts': ['serve.ts', 'build-info.ts', 'exit-process.ts', 'signals.ts', 'config', 'cli'],
  'serve.ts': [
    'app.ts',
    'exit-process.ts',
    'logger.ts',
    'signals.ts',
    'config',
    'metrics',
    'node:',
  ],
  'signals.ts': ['node:'],
  'exit-process.ts': [],
  'app.ts': [
    ...['config', 'config/web-config', 'connect.ts', 'push', 'probe', 'start-prober.ts'],
    ...['http', 'http/status-page', 'metrics', 'target'],
  ],
  'connect.ts': [
    ...['config', 'config/probe-config', 'locust/client', 'locust/rows'],
    ...['metrics', 'push', 'target'],
  ],
  'start-prober.ts': [
    ...['config', 'config/probe-config', 'connect.ts', 'locust/client'],
    ...['metrics', 'probe', 'target'],
  ],
  'build-info.ts': ['node:', 'metrics'],
  'logger.ts': ['config', 'log-destination.ts', 'pino', 'pino-pretty', 'node:'],
  'log-destination.ts': ['node:'],
  config: [
    ...['config/probe-config', 'config/web-config', 'locust/client'],
    ...['envalid', 're2js', 'yaml', 'node:'],
  ],
  'config/probe-config': ['config', 'locust/client', 're2js', 'node:'],
  'config/web-config': ['config', 'node:'],
  async: ['node:'],
  locust: ['locust/report'],
  'locust/client': ['async', 'locust', 'node:', 'undici'],
  'locust/rows': ['async', 'locust'],
  'locust/report': ['async', 'locust', 'locust/client', 'locust/rows'],
  'locust/history.ts': ['locust', 'locust/rows'],
  metrics: ['locust', 'metrics/exposition', 'prom-client'],
  'metrics/exposition': ['async'],
  target: [
    ...['async', 'locust', 'locust/client', 'locust/history.ts', 'locust/report', 'locust/rows'],
    ...['metrics', 'metrics/exposition', 'node:'],
  ],
  probe: ['config/probe-config', 'locust', 'locust/client', 'target'],
  push: ['async', 'node:', 'undici'],
  http: [
    ...['bcryptjs', 'config', 'config/web-config', 'express', 'http/status-page'],
    ...['metrics/exposition', 'node:'],
  ],
  'http/status-page': ['node:', 'escape-html', 'locust', 'metrics', 'target'],
  cli: [
    ...['app.ts', 'connect.ts', 'serve.ts', 'exit-process.ts', 'logger.ts', 'signals.ts'],
    ...['config', 'demo', 'locust', 'locust/client', 'locust/history.ts', 'locust/report'],
    ...['metrics', 'target', 'cli-table3', 'node:'],
  ],
  demo: ['node:'],
};

/** Parts that may take only types (and pure tables of names) from each other. */
const TYPES_ONLY: readonly (readonly [string, string])[] = [
  ['app.ts', 'http/status-page'],
  ['app.ts', 'probe'],
  ['probe', 'config/probe-config'],
  ['probe', 'locust/client'],
  ['probe', 'target'],
  ['connect.ts', 'config/probe-config'],
  ['main.ts', 'signals.ts'],
  ['serve.ts', 'metrics'],
  ['serve.ts', 'signals.ts'],
  ['cli', 'metrics'],
  ['cli', 'signals.ts'],
  ['config', 'locust/client'],
  ['config/probe-config', 'locust/client'],
  ['http', 'config'],
  ['http', 'config/web-config'],
  ['http/status-page', 'locust'],
  ['http/status-page', 'target'],
  ['locust', 'locust/report'],
  ['locust/report', 'locust/client'],
  ['locust/rows', 'async'],
  ['metrics/exposition', 'async'],
  ['target', 'locust/client'],
  ['build-info.ts', 'metrics'],
  ['connect.ts', 'locust/rows'],
  ['connect.ts', 'push'],
  ['connect.ts', 'target'],
];

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function partOf(file: string): string {
  const inSource = relative(join(root, 'src'), file);
  const inner = INNER_PARTS.find((part) => inSource === part || inSource.startsWith(`${part}/`));
  return inner ?? inSource.split('/')[0]!;
}

function importsOf(file: string): Import[] {
  const source = readFileSync(file, 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'|import\('([^']+)'\)/g;
  return [...source.matchAll(pattern)].map(([, type, fixed, dynamic]) => {
    const target = fixed ?? dynamic!;
    const to = target.startsWith('.')
      ? partOf(join(dirname(file), target))
      : target.replace(/^(?!node:|@)([^/]+)\/.*$/, '$1');
    return { file: relative(root, file), from: partOf(file), to, typeOnly: type !== undefined };
  });
}

const imports = globSync(join(root, 'src/**/*.ts')).flatMap(importsOf);

describe('the layers of src/', () => {
  it('are all known', () => {
    assert.deepEqual(
      [...new Set(imports.map(({ from }) => from))].filter((part) => !(part in ALLOWED)),
      [],
    );
  });

  it('import only what is below them', () => {
    const wrong = imports.filter(({ from, to, typeOnly }) => {
      if (from === to || (typeOnly && to === 'pino')) return false;
      const allowed = ALLOWED[from]!;
      return !allowed.includes(to.startsWith('node:') ? 'node:' : to);
    });
    assert.deepEqual(wrong, []);
  });

  it('take no more than types where that is all they may take', () => {
    const wrong = imports.filter(
      ({ from, to, typeOnly }) =>
        !typeOnly && TYPES_ONLY.some(([one, other]) => one === from && other === to),
    );
    assert.deepEqual(wrong, []);
  });

  it('find their imports in this test', () => {
    assert.ok(imports.some(({ from, to }) => from === 'locust/client' && to === 'undici'));
    assert.ok(imports.some(({ from, to }) => from === 'bin.ts' && to === 'main.ts'));
  });
});
