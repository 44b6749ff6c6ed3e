import { existsSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import type { Page, Route } from 'playwright-core';

export interface ServedHost {
  /** The folder of the bundle. */
  folder: string;
  /** Where the page finds a Prometheus under /prometheus/. */
  prometheusUrl: string;
}

/** No request for it leaves the browser. */
export const PAGE_URL = 'http://localhost/';

const HOST = path.join(import.meta.dirname, 'host');
const MODULES = path.join(import.meta.dirname, 'node_modules');

/** The files of Inter, Grafana's font, which @grafana/ui names but does not bring. */
const FONTS: Readonly<Record<string, string>> = {
  'Inter-Regular.woff2': 'inter-latin-400-normal.woff2',
  'Inter-Medium.woff2': 'inter-latin-500-normal.woff2',
  'Inter-Italic.woff2': 'inter-latin-400-italic.woff2',
  'Inter-MediumItalic.woff2': 'inter-latin-500-italic.woff2',
};

/** What @grafana/runtime and @grafana/ui read of the page when they are loaded. */
const BOOT = `
  window.__grafana_public_path__ = '/public/';
  window.grafanaBootData = {
    user: { timezone: 'utc', locale: 'en-US', language: 'en-US', permissions: {} },
    settings: { appSubUrl: '', appUrl: '${PAGE_URL}', featureToggles: {}, datasources: {},
      buildInfo: { version: '13.2.3', edition: 'Open Source', env: 'production' } },
    navTree: [],
  };`;

const HTML = `<!doctype html>
  <html lang="en"><head><meta charset="utf-8"><link rel="stylesheet" href="/build/main.css">
  <script>${BOOT}</script><script type="module" src="/build/main.js"></script></head>
  <body><div id="root"></div></body></html>`;

/** Bundles the page that draws a dashboard into a folder, as main.js and main.css. */
export async function buildHost(folder: string): Promise<void> {
  await build({
    entryPoints: [path.join(HOST, 'main.tsx')],
    outdir: folder,
    bundle: true,
    format: 'esm',
    splitting: true,
    jsx: 'automatic',
    target: 'es2022',
    alias: { '@grafana/plugin-compat/datasources': path.join(HOST, 'data-source-list.ts') },
    define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
    loader: {
      '.svg': 'dataurl',
      '.png': 'dataurl',
      '.woff': 'dataurl',
      '.woff2': 'dataurl',
      '.ttf': 'dataurl',
    },
    logLevel: 'error',
  });
}

/** Gives the page all that it loads: itself, Grafana's icons, its font, and a Prometheus. */
export async function serveHost(page: Page, { folder, prometheusUrl }: ServedHost): Promise<void> {
  await page.route('**/*', async (route: Route) => {
    const { pathname, search } = new URL(route.request().url());
    const [, top = '', ...rest] = pathname.split('/');
    const below = rest.join('/');
    switch (top) {
      case '':
        return route.fulfill({ contentType: 'text/html', body: HTML });
      case 'build':
        return route.fulfill({ path: path.join(folder, below) });
      case 'prometheus': {
        const response = await route.fetch({ url: `${prometheusUrl}/${below}${search}` });
        return route.fulfill({ response });
      }
      case 'public': {
        const font = FONTS[path.basename(below)];
        const file =
          font === undefined
            ? path.join('@grafana/ui/dist/public', below.replace(/^build\//, ''))
            : path.join('@fontsource/inter/files', font);
        const found = path.join(MODULES, file);
        return existsSync(found) ? route.fulfill({ path: found }) : route.fulfill({ status: 404 });
      }
      default:
        return route.abort();
    }
  });
}
