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

/** Thrown for a status that prom-client takes for success. */
export class BadStatus extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the Pushgateway answered ${status}`);
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

function classify(thrown: unknown): PushProblem {
  if (thrown instanceof TooLate) return { code: 'timeout', reason: thrown.message };
  if (thrown instanceof BadStatus)
    return { code: `status ${thrown.status}`, reason: thrown.message };
  if (!(thrown instanceof Error)) return { code: 'unknown', reason: String(thrown) };
  // All that prom-client tells of a response is this text.
  const [, status, answer = ''] =
    /^push failed with status (\d+), (.*)$/s.exec(thrown.message) ?? [];
  if (status !== undefined) {
    const said = answer.trim() === '' ? '' : `: ${answer}`;
    return { code: `status ${status}`, reason: `the Pushgateway answered ${status}${said}` };
  }
  const { code = thrown.name } = thrown as NodeJS.ErrnoException;
  return { code, reason: thrown.message || code };
}
