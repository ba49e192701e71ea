import type { IErrorBody } from './types';

/** An error the server answered with, or that stopped the request on its way. */
export class VisionLensError extends Error {
  constructor(
    /** The one error shape: code, message, hint, details, request_id. */
    readonly body: IErrorBody,
    /** HTTP status; 0: no answer came. */
    readonly status: number = 0
  ) {
    super(body.message);
    this.name = 'VisionLensError';
  }

  get code(): string {
    return this.body.code;
  }

  get hint(): string {
    return this.body.hint;
  }
}

/** The error shape of whatever was thrown. */
export function errorBody(reason: unknown): IErrorBody {
  if (reason instanceof VisionLensError) {
    return reason.body;
  }
  return {
    code: 'INTERNAL',
    message: reason instanceof Error ? reason.message : String(reason),
    hint: '',
    details: {},
    request_id: null
  };
}

/** Whether a request was dropped on purpose. */
export function isAbort(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'AbortError';
}
