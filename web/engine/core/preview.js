// A cut-out as it would look, small and at once, while somebody chooses: the
// wrapper of wasm/include/preview.h.
import { Handle } from './handle.js';
import { previewCalls } from './held-calls.js';

/**
 * @typedef {import('./core.js').Job} Job
 * @typedef {{ bytes: Uint8Array, width: number, height: number, full: [number, number] }} Shown straight RGBA; full:
 *   the size that the result would have
 */

export class Preview extends Handle {
  calls = previewCalls;

  /**
   * @param {Job} job REFINED; may only be freed afterwards
   * @param {(job: Job, bytes: Uint8Array) => Promise<void>} [readBackground] gives a new job the background image
   */
  constructor(job, readBackground = async (to, bytes) => void to.picture('background', bytes)) {
    super(job.core, 'cut_preview', { stage: 'preview', noMemory: 'No memory for a preview.', from: job });
    this.readBackground = readBackground;
  }

  /**
   * @param {Record<string, unknown>} options
   * @param {number} side
   * @param {Blob} [background] the background image from now on
   */
  async show(options, side, background) {
    const job = background && this.core.newJob();
    if (job) {
      try {
        await this.readBackground(job, new Uint8Array(await /** @type {Blob} */ (background).arrayBuffer()));
        this.call('preview', 'background', job.pointer);
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
    this.callWithJson('preview', 'render', options, side);
    const [width, height] = [this.get('w'), this.get('h')];
    return {
      bytes: this.copy('pixels', width * height * 4),
      width,
      height,
      full: [this.get('full_w'), this.get('full_h')],
    };
  }
}
