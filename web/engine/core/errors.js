// The one error of the engine. Codes and sentences come from the status list in
// wasm/base/status.h; nothing else invents one.
import { statuses } from '../lists/statuses.js';

/** @typedef {{ code: string, message: string, detail?: string, stage?: string }} WireError */

export class CutawayError extends Error {
  /**
   * @param {string} code of the status list, e.g. "too_large"
   * @param {string} message one sentence for people
   * @param {{ detail?: string, stage?: string, cause?: unknown }} [more] detail: the sentence with the numbers
   */
  constructor(code, message, { detail = '', stage = '', cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CutawayError';
    /** @readonly */ this.code = code;
    /** @readonly */ this.detail = detail;
    /** @readonly */ this.stage = stage;
  }

  /** @returns {WireError} what crosses a worker's boundary */
  toJSON() {
    return { code: this.code, message: this.message, detail: this.detail, stage: this.stage };
  }

  /** @param {WireError} wire */
  static from({ code, message, detail, stage }) {
    return new CutawayError(code, message, { detail, stage });
  }

  /**
   * Any thrown value as a CutawayError: itself, or "internal" (or `code`) with
   * the original as its cause.
   *
   * @param {unknown} error
   * @param {string} [code]
   * @param {string} [stage]
   */
  static wrap(error, code = 'internal', stage = '') {
    if (error instanceof CutawayError) return error;
    if (error instanceof Error && error.name === 'AbortError') return aborted(stage);
    const detail = error instanceof Error ? error.message : String(error);
    return new CutawayError(code, (statuses[code] ?? statuses.internal).text, { detail, stage, cause: error });
  }
}

/**
 * @param {string} code of the status list
 * @param {string} [detail]
 * @param {string} [stage]
 */
export const failure = (code, detail = '', stage = '') =>
  new CutawayError(code, statuses[code].text, { detail, stage });

/** @param {string} [stage] */
export const aborted = (stage = '') => failure('aborted', '', stage);

/** @param {AbortSignal | undefined} signal @param {string} [stage] */
export function throwIfAborted(signal, stage) {
  if (signal?.aborted) throw aborted(stage);
}
