// Bundles src/ into dist/, and notes the revision that it was built from.
import { execFileSync } from 'node:child_process';
import { chmodSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

/**
 * Packages that others load at their start for what the program never asks of them: bodies of
 * requests, nested queries, files, signed cookies, tags of answers, spans, summaries.
 */
const UNUSED = [
  ...['body-parser', 'qs', 'send', 'serve-static', 'cookie-signature', 'etag'],
  ...['@opentelemetry/api', 'tdigest'],
];

/** Parts of prom-client that its index loads, and nobody uses or asks for there. */
const UNUSED_PARTS = /^\.\/lib\/(?:cluster|pushgateway)$/;

/** What express knows of types: those that the program sends, of 2,500. */
const TYPES = ['text/plain', 'text/html'];

const unusedPackages = {
  name: 'unused packages',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(?:${UNUSED.join('|')})$`) }, ({ path }) => ({
      path,
      namespace: 'unused',
    }));
    onResolve({ filter: UNUSED_PARTS }, ({ path, importer }) =>
      /[/\\]prom-client[/\\]index\.js$/.test(importer) ? { path, namespace: 'unused' } : null,
    );
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({
      contents: 'module.exports = {};',
    }));
  },
};

const fewTypes = {
  name: 'few types',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]mime-db[/\\]db\.json$/ }, ({ path }) => {
      const all = JSON.parse(readFileSync(path, 'utf8'));
      const few = Object.fromEntries(TYPES.map((type) => [type, all[type]]));
      return { contents: JSON.stringify(few), loader: 'json' };
    });
  },
};

/**
 * An `import` of node:http reads all that it exports, of which one is WebSocket, which loads the
 * whole of Node's own HTTP client: a quarter of the start. Here each name is read by itself, and
 * only if it is used.
 */
const builtinsByName = {
  name: 'builtins by name',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'builtin' } : { external: true },
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path)).filter((name) =>
        /^\w+$/.test(name),
      );
      const lines = names
        .filter((name) => name !== 'default')
        .map((name) => `export const ${name} = /* @__PURE__ */ (() => builtin.${name})();`);
      const head = [`const builtin = require('${path}');`, 'export default builtin;'];
      return { contents: [...head, ...lines].join('\n') };
    });
  },
};

rmSync('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/bin.ts'],
  outdir: 'dist',
  bundle: true,
  // What few need stays in files of its own, to be loaded when it is needed.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  // The source of a function stays in memory. Names are kept, for stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  legalComments: 'none',
  metafile: true,
  plugins: [unusedPackages, fewTypes, builtinsByName],
  banner: {
    js: [
      "import { createRequire } from 'node:module';",
      'const require = createRequire(import.meta.url);',
      // Node.js does not warn of what packages do, unless they are in a bundle.
      'process.noDeprecation = true;',
    ].join(' '),
  },
});
chmodSync('dist/bin.js', 0o755);
writeFileSync('dist/revision', `${process.env.REVISION || gitRevision()}\n`);
writeFileSync('dist/third-party-licenses.txt', licenses(Object.keys(metafile.inputs)));

function gitRevision() {
  try {
    const output = execFileSync('git', ['rev-parse', 'HEAD'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.toString().trim();
  } catch {
    return 'unknown';
  }
}

/** The licenses of the packages that are in the bundle, as they demand. */
function licenses(inputs) {
  const folders = inputs.map(
    (path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0],
  );
  const texts = [...new Set(folders)]
    .filter((folder) => folder !== undefined)
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
      const files = globSync(`${folder}/{license,licence,LICENSE,LICENCE,NOTICE}*`);
      return [
        `${name} ${version} (${license})`,
        ...files.map((file) => readFileSync(file, 'utf8')),
      ];
    });
  return (
    texts.map((parts) => parts.join('\n\n').trimEnd()).join(`\n\n${'-'.repeat(72)}\n\n`) + '\n'
  );
}
