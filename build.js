// Bundles src/ into dist/, and notes its revision, and the packages in it with their licenses.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cyclonedxEsbuildPlugin } from '@cyclonedx/cyclonedx-esbuild';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/bin.ts'],
  outdir: 'dist',
  bundle: true,
  // Each module that is imported when it is needed gets a file of its own.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  // Node.js keeps the source in memory, so it is short. Names are kept for stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  legalComments: 'none',
  metafile: true,
  // Tells scanners what is in the bundle.
  plugins: [cyclonedxEsbuildPlugin({ outputFile: 'sbom.cdx.json', outputReproducible: true })],
  banner: {
    js: [
      // The packages that are CommonJS need it.
      "import { createRequire } from 'node:module';",
      'const require = createRequire(import.meta.url);',
      // Node.js warns about deprecated calls of its packages only when they are bundled.
      'process.noDeprecation = true;',
    ].join(' '),
  },
});
chmodSync('dist/bin.js', 0o755);
for (const file of ['locust_exporter_companion.py', 'auto/sitecustomize.py']) {
  cpSync(`deploy/locust/${file}`, `dist/companion/${file}`);
}
writeFileSync('dist/revision', `${process.env.REVISION || gitRevision()}\n`);
writeFileSync('dist/third-party-licenses.txt', licenses(Object.keys(metafile.inputs)));

function gitRevision() {
  try {
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync('git', ['rev-parse', 'HEAD'], options).trim();
  } catch {
    return 'unknown';
  }
}

/** The license texts of the packages in the bundle, which most licenses demand. */
function licenses(inputs) {
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []);
  const texts = [...new Set(folders)].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const files = globSync(`${folder}/{license,licence,LICENSE,LICENCE,NOTICE}*`);
    const parts = [`${name} ${version} (${license})`, ...files.map((f) => readFileSync(f, 'utf8'))];
    return parts.join('\n\n').trimEnd();
  });
  return `${texts.join(`\n\n${'-'.repeat(72)}\n\n`)}\n`;
}
