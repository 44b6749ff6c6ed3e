/** Why a push failed. */
export interface PushProblem {
  /** The same for failures of the same kind. */
  readonly code: string;
  /** For people, on one line. */
  readonly reason: string;
}

/** Thrown where no time is left. */
export class TooLate extends Error {
  constructor(who: string) {
    super(`${who} did not answer in time`);
  }
}

/** Thrown for a status other than one of success. */
export class BadStatus extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(`the Pushgateway answered ${status}${text.trim() === '' ? '' : `: ${text}`}`);
    this.status = status;
  }
}

const MOST_CHARACTERS = 300;

/** @param secrets that may stand in an error or in the gateway's answer, but not in a log. */
export function toPushProblem(thrown: unknown, secrets: readonly string[]): PushProblem {
  const { code, reason } = classify(thrown);
  let line = reason;
  for (const secret of secrets) line = line.replaceAll(secret, '***');
  line = line.replace(/[\s\p{C}]+/gu, ' ').trim();
  return { code, reason: line.slice(0, MOST_CHARACTERS) };
}

/** undici's codes for a connection that ended before the response was complete. */
const CLOSED_CODES = new Set(['UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);

function classify(thrown: unknown): PushProblem {
  if (thrown instanceof TooLate) return { code: 'timeout', reason: thrown.message };
  if (thrown instanceof BadStatus)
    return { code: `status ${thrown.status}`, reason: thrown.message };
  if (!(thrown instanceof Error)) return { code: 'unknown', reason: String(thrown) };
  const { code = thrown.name } = thrown as NodeJS.ErrnoException;
  if (CLOSED_CODES.has(code)) {
    return { code: 'ECONNRESET', reason: 'the Pushgateway closed the connection too early' };
  }
  return { code, reason: thrown.message || code };
}
