/** Every way in which a read of Locust can fail; the closed set of the label `code`. */
export const ERROR_CODES = [
  'connect',
  'timeout',
  'http_status',
  'auth_required',
  'too_large',
  'not_json',
  'not_locust',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** A read of Locust that failed. The message says what to do about it and holds no secret. */
export class LocustError extends Error {
  override readonly name = 'LocustError';
  readonly code: ErrorCode;
  /** The HTTP status, for errors about the status. */
  readonly status: number | undefined;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions & { status?: number }) {
    super(message, options);
    this.code = code;
    this.status = options?.status;
  }
}

/** Whatever was thrown, as a LocustError; anything unforeseen is `internal`. */
export function toLocustError(thrown: unknown): LocustError {
  if (thrown instanceof LocustError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new LocustError('internal', `unexpected error: ${reason}`, { cause: thrown });
}
