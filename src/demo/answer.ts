import { pythonJson } from './python-text.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function htmlAnswer(body: string, status = 200): Answer {
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body };
}

export function jsonAnswer(value: unknown, indented: boolean): Answer {
  const body = pythonJson(value, { indented });
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body };
}

/** What is left of an exception in Locust's own code. */
export const CRASHED: Answer = {
  status: 500,
  headers: { 'Content-Type': 'text/plain' },
  body: 'Internal Server Error',
};
