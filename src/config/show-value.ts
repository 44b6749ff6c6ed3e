import { existsSync } from 'node:fs';
import { redactUrl, redactUserinfo } from './redact-urls.ts';
import type { Setting } from './settings.ts';

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
