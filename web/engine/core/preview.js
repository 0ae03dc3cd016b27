// A cut-out as it would look, small and at once, while somebody chooses: the
// wrapper of wasm/include/preview.h.

/**
 * @typedef {import('./core.js').Core} Core
 * @typedef {import('./core.js').Job} Job
 * @typedef {{ bytes: Uint8Array, width: number, height: number, full: [number, number] }} Shown straight RGBA; full:
 *   the size that the result would have
 */

export class Preview {
  /** What a page may call. */
  calls = new Set(['show', 'close']);

  /**
   * @param {Job} job REFINED; may only be freed afterwards
   * @param {(job: Job, bytes: Uint8Array) => Promise<void>} [readBehind] gives a new job the picture behind
   */
  constructor(job, readBehind = async (to, bytes) => void to.picture('background', bytes)) {
    this.readBehind = readBehind;
    /** @type {Core} */ this.core = job.core;
    /** @type {number} */ this.pointer = this.core.guard(() => this.core.exports.cut_preview_new(job.pointer), 'preview');
    if (!this.pointer) throw this.core.error('out_of_memory', 'No memory for a preview.', 'preview');
  }

  /** @param {number} status */
  check(status) {
    const { core } = this;
    if (status === 0) return;
    throw core.failure(status, core.exports.cut_preview_message(this.pointer), 'preview');
  }

  /**
   * @param {Record<string, unknown>} options
   * @param {number} side
   * @param {Blob} [background] the picture behind from now on
   */
  async show(options, side, background) {
    const job = background && this.core.newJob();
    if (job) {
      try {
        await this.readBehind(job, new Uint8Array(await /** @type {Blob} */ (background).arrayBuffer()));
        this.check(this.core.guard(() => this.core.exports.cut_preview_background(this.pointer, job.pointer), 'preview'));
      } finally {
        job.free();
      }
    }
    return this.render(options, side);
  }

  /**
   * @param {Record<string, unknown>} options as cut_job_options() takes them
   * @param {number} side the longer one, at most
   * @returns {Shown}
   */
  render(options, side) {
    const { core, core: { exports }, pointer } = this;
    core.withBytes(new TextEncoder().encode(JSON.stringify(options)), (at, size) =>
      this.check(core.guard(() => exports.cut_preview_render(pointer, at, size, side), 'preview')));
    const [width, height, ...full] = ['w', 'h', 'full_w', 'full_h'].map((name) => exports[`cut_preview_${name}`](pointer) >>> 0);
    const bytes = core.copyOut(exports.cut_preview_pixels(pointer), width * height * 4);
    return { bytes, width, height, full: [full[0], full[1]] };
  }

  close() {
    if (this.pointer && !this.core.crashed) this.core.exports.cut_preview_free(this.pointer);
    this.pointer = 0;
    return {};
  }
}
