// One photo while somebody points at what is meant: a pass of the model of
// prompts for each new click, in an instance of its own that keeps the photo.
import { pickCalls } from './held-calls.js';

/**
 * @typedef {import('./core.js').Job} Job
 * @typedef {import('./pipeline.js').Prompt} Prompt
 * @typedef {{ bytes: Uint8Array, width: number, height: number, found: boolean }} Meant bytes: what is meant, 0..255 at the
 *   model's resolution, over all of the photo; found: whether there is anything
 */

export class Picking {
  calls = pickCalls;

  /** @param {Job} job DECODED, with the model's manifest @param {() => Promise<void>} infer to INFERRED */
  constructor(job, infer) {
    this.core = job.core;
    this.job = job;
    this.infer = infer;
  }

  /**
   * @param {Prompt} prompt all that was said so far: with more clicks than before only those are new, and with fewer the
   *   answer is as if the others had never been made
   * @returns {Promise<Meant>}
   */
  async show(prompt) {
    const { job } = this;
    job.pick(prompt);
    if (job.needsPass) await this.infer();
    const { data, width, height } = job.map();
    const bytes = new Uint8Array(data.length);
    let found = false;
    for (let i = 0; i < data.length; i++) {
      bytes[i] = data[i] * 255 + 0.5; // plain: a callback for each takes longer than the network's last layers
      found ||= data[i] > 0.5;
    }
    return { bytes, width, height, found };
  }

  free() {
    this.job.free();
  }
}
