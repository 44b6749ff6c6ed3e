import { unescapeHtml } from './html-escaping.ts';
import { parsePythonJson } from './parse-python-json.ts';
import { redactHost } from './redact-host.ts';
import type { CurrentPercentiles, LocustInfo } from './snapshot.ts';

/**
 * Reads the index page of Locust's web UI, in any of its forms. A version and a host that are not
 * there are null. The host comes without what may be secret in it.
 */
export function parseIndexPage(page: string): LocustInfo {
  const info = parseTemplateArgs(page) ?? {
    ...{ version: findVersion(page), host: findHost(page) },
    ...percentiles(findNumber(page, 'percentile1'), findNumber(page, 'percentile2')),
  };
  return { ...info, host: info.host && text(redactHost(info.host)) };
}

/** The modern UI, 2.18.0 on: one line of script that assigns an object. */
function parseTemplateArgs(page: string): LocustInfo | null {
  const line = /window\.templateArgs\s*=\s*(\{.*\})/.exec(page)?.[1];
  if (line === undefined) return null;
  try {
    const args = parsePythonJson(line) as Record<string, unknown>;
    return {
      ...{ version: text(args['version']), host: text(args['host']) },
      ...percentiles(args['percentile1'], args['percentile2']),
    };
  } catch {
    return null;
  }
}

const VERSION_FORMS = [
  /\/releases\/tag\/v?([^"<>]+)"/, // 0.9.0 (with a v) to 2.27.0
  /\.css\?v=([^"<>]+)"/, // 0.8a3 to 2.27.0
  /^\s*(\d+\.\d+[\w.]*)<br>/m, // 0.5 to 0.8.1
];

const HOST_FORMS = [
  /id="host_url_link_value">([^<]*)</, // 2.16.0 to 2.27.0
  /id="host_url"[^>]*>\s*([^<\s][^<]*?)\s*(?:<|\n)/, // 0.8a3 to 2.12.2
  /<input[^>]*\bid="host"[^>]*\bvalue="([^"]*)"/, // 0.13.0 to 2.27.0
];

function findVersion(page: string): string | null {
  return firstMatch(VERSION_FORMS, page);
}

function findHost(page: string): string | null {
  const host = firstMatch(HOST_FORMS, page);
  return host === 'None' ? null : host; // up to 0.12.2
}

function firstMatch(forms: readonly RegExp[], page: string): string | null {
  for (const form of forms) {
    const found = text(form.exec(page)?.[1]?.trim());
    if (found !== null) return unescapeHtml(found);
  }
  return null;
}

/** The old page, 2.15.1 to 2.27.0: `var percentile1 = 0.5;` */
function findNumber(page: string, variable: string): number {
  return Number(new RegExp(`\\bvar ${variable} = ([\\d.e-]{1,30});`).exec(page)?.[1] ?? NaN);
}

function percentiles(
  first: unknown,
  second: unknown,
): { readonly currentPercentiles?: CurrentPercentiles } {
  return isQuantile(first) && isQuantile(second) ? { currentPercentiles: [first, second] } : {};
}

function isQuantile(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= 1;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.toWellFormed() : null;
}
