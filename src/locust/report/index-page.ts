import { runSync, type YieldingTask } from '../../async/run-yielding.ts';
import { LocustError } from '../errors.ts';
import type { CurrentPercentiles, LocustInfo } from '../snapshot.ts';
import { unescapeHtml } from '../text.ts';
import { parseJsonInSteps } from './scan-json.ts';

/** The start of an older page, where the version and the host stand; what is long comes after. */
const HEAD_BYTES = 2 ** 18;

/**
 * Reads the index page of Locust's web UI, in any of its forms. A version and a host that are not
 * there are null. The host comes without what may be secret in it.
 */
export function parseIndexPage(page: string): LocustInfo {
  return runSync(parseIndexPageInSteps(Buffer.from(page)));
}

/** Like parseIndexPage. The page can be megabytes, most of it the history of the charts. */
export function* parseIndexPageInSteps(page: Buffer): YieldingTask<LocustInfo> {
  const info = (yield* parseTemplateArgs(page)) ?? (yield* parseOldPage(page));
  return { ...info, host: info.host && text(redactHost(info.host)) };
}

function* parseOldPage(page: Buffer): YieldingTask<LocustInfo> {
  const head = page.toString('utf8', 0, HEAD_BYTES);
  const version = yield* findVersion(head);
  const host = yield* findHost(head);
  const configured = percentiles(findNumber(page, 'percentile1'), findNumber(page, 'percentile2'));
  return { version, host, ...configured };
}

const ARGS = 'window.templateArgs';
const HISTORY: ReadonlySet<string> = new Set(['history']);

/** The modern UI, 2.18.0 on: one line of script that assigns an object. */
function* parseTemplateArgs(page: Buffer): YieldingTask<LocustInfo | null> {
  const name = page.indexOf(ARGS);
  if (name < 0) return null;
  const start = name + ARGS.length;
  const newline = page.indexOf('\n', start);
  const line = page.subarray(start, newline < 0 ? page.length : newline);
  const json = line.subarray(line.indexOf('{'), line.lastIndexOf('}') + 1);
  yield;
  try {
    const args = (yield* parseJsonInSteps(json, HISTORY)) as Record<string, unknown>;
    return {
      ...{ version: text(args['version']), host: text(args['host']) },
      ...percentiles(args['percentile1'], args['percentile2']),
    };
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof LocustError)) throw error;
    return null;
  }
}

// No repetition is without a bound, or a page could take minutes.
const VERSION_FORMS = [
  /\/releases\/tag\/v?([^"<>]{1,100})"/, // 0.9.0 (with a v) to 2.27.0
  /\.css\?v=([^"<>]{1,100})"/, // 0.8a3 to 2.27.0
  /^[ \t]{0,100}(\d{1,9}\.\d[\w.]{0,99})<br>/m, // 0.5 to 0.8.1
];

const HOST_FORMS = [
  /id="host_url_link_value">([^<]{0,2000})</, // 2.16.0 to 2.27.0
  /id="host_url"[^>]{0,400}>\s{0,100}([^<\s][^<\n]{0,2000})[<\n]/, // 0.8a3 to 2.12.2
  /<input[^<>]{0,400}\bid="host"[^<>]{0,400}\bvalue="([^"]{0,2000})"/, // 0.13.0 to 2.27.0
];

function* findVersion(page: string): YieldingTask<string | null> {
  return yield* firstMatch(VERSION_FORMS, page);
}

function* findHost(page: string): YieldingTask<string | null> {
  const host = yield* firstMatch(HOST_FORMS, page);
  return host === 'None' ? null : host; // up to 0.12.2
}

function* firstMatch(forms: readonly RegExp[], page: string): YieldingTask<string | null> {
  for (const form of forms) {
    const found = text(form.exec(page)?.[1]?.trim());
    if (found !== null) return unescapeHtml(found);
    yield;
  }
  return null;
}

/** `var percentile1 = 0.5;` on the old page, 2.15.1 to 2.27.0; NaN where it is not there. */
function findNumber(page: Buffer, variable: string): number {
  const name = `var ${variable} = `;
  const start = page.indexOf(name);
  const value =
    start < 0 ? '' : page.toString('latin1', start + name.length, start + name.length + 40);
  return Number(/^([\d.e-]{1,30});/.exec(value)?.[1] ?? NaN);
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

/** Where another URL begins in a list of several. */
const NEXT_URL = /(?<=[\s,;|])(?=[a-z][a-z0-9+.-]*:\/\/)/i;

const SCHEME = /^(?:[a-z][a-z0-9+.-]*:)?\/\//i;

/** What ends user and password: an @, percent-encoded by mistake or not. */
const AT = /@|%40/g;

const HOST = /^\s*(?:\[[0-9a-f:.%]+\]|[^:[\]\s]*)(?::\d{1,5})?\s*$/i;

/** What is longer is no host, and would take long to take apart. */
const MAX_LENGTH = 16_384;

/**
 * The host under test without what may be secret in it: user, password, query, fragment and
 * parameters of the path. It may be one URL, several, or none at all; where it can be read in two
 * ways, more is left out.
 *
 * @returns an empty text where nothing is left, or where the text is too long for a host.
 */
export function redactHost(text: string): string {
  if (text.length > MAX_LENGTH) return '';
  return text
    .trim()
    .split(NEXT_URL)
    .map((part) => {
      const length = lengthWithoutSeparators(part);
      return redactUrl(part.slice(0, length)) + part.slice(length);
    })
    .join('');
}

function lengthWithoutSeparators(text: string): number {
  let length = text.length;
  while (length > 0 && ' \t\r\n,;|'.includes(text.charAt(length - 1))) length -= 1;
  return length;
}

function redactUrl(text: string): string {
  const scheme = SCHEME.exec(text)?.[0] ?? '';
  let rest = text.slice(scheme.length);
  let authority = authorityOf(rest);
  let host = afterLastAt(authority);
  if (!isHost(host)) {
    // A password may hold a slash or a question mark, and the @ comes after that.
    rest = afterLastAt(rest);
    authority = authorityOf(rest);
    host = isHost(authority) ? authority : authority.replace(/:.*/s, '');
  }
  const path = rest.slice(authority.length).replace(/[?#].*/s, '');
  return scheme + host.replace(/;.*/s, '') + path.replace(/;[^/]*/g, '');
}

function authorityOf(text: string): string {
  return text.replace(/[/\\?#].*/s, '');
}

function afterLastAt(text: string): string {
  let end = 0;
  for (const { index, 0: at } of text.matchAll(AT)) end = index + at.length;
  return text.slice(end);
}

function isHost(text: string): boolean {
  return text.split(',').every((one) => HOST.test(one));
}
