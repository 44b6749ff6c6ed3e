import { cutText, unescapeHtml } from '../text.ts';

const MAX_QUOTED_CHARACTERS = 200;

/** What stands in a message in place of text that repeats a secret. */
export const HIDDEN = '(not shown, since it repeats a credential or header of ours)';

/** Parts of a secret from this length on count as the secret: servers cut what they echo. */
const MIN_PART = 8;

export interface QuoteOptions {
  /** Texts that no message may contain. Called each time, since cookies change. */
  readonly secrets: () => readonly string[];
  /** Text that messages show in any case; what it contains is no secret. */
  readonly shown: string;
}

/**
 * Makes the function through which all text of Locust, or of a proxy in front of it, passes on its
 * way into a message: one line, at most 200 characters, without control characters, and HIDDEN
 * where it repeats a secret in any of its usual encodings.
 */
export function createQuote({ secrets, shown }: QuoteOptions): (text: string) => string {
  const harmless = fold(`http:// https:// ${shown}`);
  return (text) => {
    const line = toLine(text.slice(0, 10 * MAX_QUOTED_CHARACTERS));
    const forms = decodedForms(line);
    const isRepeated = secrets().some((secret) => forms.some((form) => repeats(form, secret)));
    return isRepeated ? HIDDEN : cutText(line, MAX_QUOTED_CHARACTERS);
  };

  function repeats(form: string, secret: string): boolean {
    const folded = fold(secret);
    if (folded === '' || harmless.includes(folded)) return false;
    if (folded.length < MIN_PART) return containsWord(form, secret.trim());
    const foldedForm = fold(form);
    for (let start = 0; start + MIN_PART <= folded.length; start++) {
      const part = folded.slice(start, start + MIN_PART);
      if (foldedForm.includes(part) && !harmless.includes(part)) return true;
    }
    return false;
  }
}

/** All secrets in a header: its value, and each password, token or cookie in it. */
export function secretsInHeader(name: string, value: string): string[] {
  if (name === 'cookie') {
    return value.split(';').map((pair) => pair.slice(pair.indexOf('=') + 1).trim());
  }
  if (name !== 'authorization' && name !== 'proxy-authorization') return [value];
  const [, scheme = '', token = value] = /^(\S+)\s+(.*)$/.exec(value) ?? [];
  if (scheme.toLowerCase() !== 'basic') return [token];
  const pair = Buffer.from(token, 'base64').toString();
  const colon = pair.indexOf(':');
  return [token, pair.slice(0, Math.max(colon, 0)), pair.slice(colon + 1)];
}

/** Spaces out control and format characters, line breaks and half of a surrogate pair. */
function toLine(text: string): string {
  return text
    .replace(/[\p{C}\p{Zl}\p{Zp}\uFFFD]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The text as it stands, and as URLs, HTML and JSON would be read. */
function decodedForms(text: string): string[] {
  const once = decodePercent(text);
  return [
    text,
    once,
    decodePercent(once),
    decodePercent(text.replaceAll('+', ' ')),
    unescapeEntities(text),
    text.replace(/\\u([\da-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16))),
    text.replace(/\\(.)/g, '$1'),
  ];
}

function decodePercent(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (escaped) =>
    Buffer.from(escaped.replaceAll('%', ''), 'hex').toString(),
  );
}

function fold(text: string): string {
  return text.replace(/\s+/g, '').toLowerCase();
}

function containsWord(text: string, word: string): boolean {
  const isWord = (character: string | undefined) => /[\p{L}\p{N}]/u.test(character ?? '');
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isWord(text[at - 1]) && !isWord(text[at + word.length])) return true;
  }
  return false;
}

/** Beyond this, an error page is not looked at. */
const MAX_READ_BYTES = 8192;

/** Elements whose content is not for reading. The title repeats what the status says. */
const SILENT = /<!--.*?(?:-->|$)|<(script|style|svg)\b.*?(?:<\/\1\s*>|$)/gis;

/** Tags of HTML, and not what Python writes in the same way, such as `<class 'int'>`. */
const TAG =
  /<\/?(?:!doctype|a|abbr|article|aside|b|big|blockquote|body|br|button|center|code|dd|div|dl|dt|em|fieldset|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|label|legend|li|link|main|meta|nav|noscript|ol|option|p|pre|section|select|small|span|strong|sub|sup|table|tbody|td|textarea|tfoot|th|thead|title|tr|tt|u|ul)\b[^<>]*>/gi;

/**
 * The words of an error page. Locust from 2.18.1 on says what is wrong in the body of a 500, in
 * plain text that it sends as HTML; proxies and debug pages send HTML. The end of a traceback of
 * Python says more than its beginning.
 */
export function errorWords(body: Buffer): string {
  const text = body.toString('utf8', 0, MAX_READ_BYTES);
  if (text.includes('\0')) return '';
  const plain = unescapeEntities(text.replace(SILENT, ' ').replace(TAG, ' '));
  const isTraceback = /^\s*Traceback \(most recent call last\)/.test(plain);
  const isWhole = body.length <= MAX_READ_BYTES;
  const words = isTraceback && isWhole ? lastUnindentedLine(plain) : plain;
  return words.replace(/\s+/g, ' ').trim();
}

function lastUnindentedLine(text: string): string {
  return text.split('\n').findLast((line) => /^\S/.test(line)) ?? text;
}

/** Also characters by their numbers, such as `&#39;`, which debug pages of Python's web servers write. */
function unescapeEntities(text: string): string {
  return unescapeHtml(text).replace(
    /&#(?:(\d{1,7})|x([\da-f]{1,6}));/gi,
    (entity, decimal?: string, hex?: string) => {
      const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : entity;
    },
  );
}
