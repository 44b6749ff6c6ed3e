import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';

const root = join(import.meta.dirname, '..');

/**
 * What each part of src/ may import: other parts, node: modules (all of them where `node:`
 * stands alone) and packages. `import type` of the logger's type is free for all.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'bin.ts': ['signals.ts', 'main.ts', 'end-process.ts', 'node:'],
  'main.ts': ['serve.ts', 'build-info.ts', 'end-process.ts', 'signals.ts', 'config', 'cli'],
  'serve.ts': ['app.ts', 'end-process.ts', 'logger.ts', 'signals.ts', 'config', 'metrics', 'node:'],
  'signals.ts': ['node:'],
  'end-process.ts': [],
  'app.ts': [
    'collect',
    'config',
    'connect.ts',
    'connect-pushgateway.ts',
    'http',
    'locust',
    'metrics',
    'row-rules.ts',
  ],
  'connect.ts': ['config', 'locust', 'metrics'],
  'connect-pushgateway.ts': ['config', 'metrics', 'push'],
  'row-rules.ts': ['config', 'locust'],
  'build-info.ts': ['node:', 'metrics'],
  'logger.ts': ['config', 'log-destination.ts', 'pino', 'pino-pretty', 'node:'],
  'log-destination.ts': ['node:'],
  config: ['envalid', 're2js', 'yaml', 'node:'],
  async: ['node:'],
  locust: ['async', 'node:', 'undici'],
  metrics: ['async', 'locust', 'prom-client'],
  collect: ['async', 'locust', 'metrics', 'node:'],
  push: ['async', 'node:', 'prom-client'],
  http: ['node:', 'bcryptjs', 'express', 'escape-html', 'metrics', 'locust'],
  cli: [
    'node:',
    'app.ts',
    'connect.ts',
    'serve.ts',
    'end-process.ts',
    'logger.ts',
    'signals.ts',
    'config',
    'locust',
    'metrics',
    'demo',
    'cli-table3',
  ],
  demo: ['node:'],
};

/** Parts that may take only types (and pure tables of names) from each other. */
const TYPES_ONLY: readonly (readonly [string, string])[] = [
  ['http', 'locust'],
  ['main.ts', 'signals.ts'],
  ['serve.ts', 'metrics'],
  ['serve.ts', 'signals.ts'],
  ['cli', 'signals.ts'],
  ['row-rules.ts', 'config'],
  ['row-rules.ts', 'locust'],
  ['build-info.ts', 'metrics'],
  ['connect.ts', 'metrics'],
  ['connect-pushgateway.ts', 'metrics'],
];

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function partOf(file: string): string {
  return relative(join(root, 'src'), file).split('/')[0]!;
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
    assert.ok(imports.some(({ from, to }) => from === 'locust' && to === 'undici'));
    assert.ok(imports.some(({ from, to }) => from === 'bin.ts' && to === 'main.ts'));
  });
});
