// The one error of the engine. Codes come from the status list in
// wasm/base/status.h; nothing else invents one.

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
    return new CutawayError(code, sentences[code] ?? sentences.internal, { detail, stage, cause: error });
  }
}

/**
 * Sentences of the codes that arise where the core may not be loaded (its own
 * list says the same; tests/js/engine compares them).
 *
 * @type {Record<string, string>}
 */
export const sentences = {
  engine_crashed: 'The engine crashed and was restarted.',
  aborted: 'Cancelled.',
  timeout: 'It took too long and was stopped.',
  fetch_failed: 'The picture could not be fetched.',
  model_fetch_failed: 'The model could not be fetched.',
  model_hash_mismatch: "The model's bytes are not those its manifest names.",
  engine_unavailable: 'The inference engine could not be loaded.',
  inference_failed: 'The model failed while running.',
  read_failed: 'The input file could not be read.',
  write_failed: 'The result could not be written.',
  internal: 'An unexpected error; please report it.',
};

/**
 * @param {string} code of `sentences`
 * @param {string} [detail]
 * @param {string} [stage]
 */
export const failure = (code, detail = '', stage = '') => new CutawayError(code, sentences[code], { detail, stage });

/** @param {string} [stage] */
export const aborted = (stage = '') => failure('aborted', '', stage);

/** @param {AbortSignal | undefined} signal @param {string} [stage] */
export function throwIfAborted(signal, stage) {
  if (signal?.aborted) throw aborted(stage);
}
