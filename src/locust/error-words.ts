import { unescapeHtml } from './html-escaping.ts';

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
  const plain = unescapeHtml(text.replace(SILENT, ' ').replace(TAG, ' '));
  const isTraceback = /^\s*Traceback \(most recent call last\)/.test(plain);
  const isWhole = body.length <= MAX_READ_BYTES;
  const words = isTraceback && isWhole ? lastUnindentedLine(plain) : plain;
  return words.replace(/\s+/g, ' ').trim();
}

function lastUnindentedLine(text: string): string {
  return text.split('\n').findLast((line) => /^\S/.test(line)) ?? text;
}
