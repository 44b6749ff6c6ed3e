import { existsSync } from 'node:fs';
import type { Setting } from './settings.ts';

/**
 * Hides user and password, that is all before the last @, in a text that may not be a URL.
 * An @ that was percent-encoded by mistake counts, too.
 */
export function redactUserinfo(text: string): string {
  return text.replace(
    /^([a-z][a-z0-9+.-]*:\/\/)?.*(?:@|%40)/is,
    (_match, scheme: string | undefined) => `${scheme ?? ''}***@`,
  );
}

/** Hides user, password, query and fragment of a text that is meant to be a URL. */
export function redactUrl(text: string): string {
  return (
    redactUserinfo(text)
      // What is no port may be the password of a URL without a host.
      .replace(/^([a-z][a-z0-9+.-]*:\/\/)?([^/?#:[\]]*):(?!\d*(?:[/?#]|$)).*/is, '$1$2:***')
      .replace(/([?#]).+/s, '$1***')
  );
}

const HIDDEN = '***';

/** The text of a setting as far as anybody may see it. */
export function showValue({ isSecret, isFile, isUrl }: Setting<unknown>, text: string): string {
  if (text === '') return '';
  if (isSecret === true || text.includes('-----BEGIN')) return HIDDEN;
  if (isFile === true) return isPath(text) ? text : HIDDEN;
  return isUrl === true ? redactUrl(text) : redactUserinfo(text);
}

const ABSOLUTE_PATH = /^(?:~|\.{1,2})?(?:\/[\w.@-]+){2,}$/;

const FILE_NAME = /^[\w.@/-]+\.(?:cer|conf|crt|headers|key|pem|secret|txt|ya?ml)$/i;

/** Whether a text is a path, and not the content of a file, a secret, by mistake. */
export function isPath(text: string): boolean {
  return ABSOLUTE_PATH.test(text) || FILE_NAME.test(text) || isThere(text);
}

function isThere(path: string): boolean {
  return path.length < 4096 && !path.includes('\0') && existsSync(path);
}
