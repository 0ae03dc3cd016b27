/** @typedef {import('./core.js').Core} Core */

/**
 * An object of C behind its pointer, until it is freed. Its functions share a
 * prefix; a status that one of them answers is thrown as a CutawayError, with
 * the sentence that C leaves beside it.
 */
export class Handle {
  /**
   * @param {Core} core
   * @param {string} prefix of its functions, e.g. "cut_job"
   * @param {{ stage?: string, noMemory: string, from?: Handle }} how noMemory: the sentence when it cannot be had; from:
   *   what it is made of
   */
  constructor(core, prefix, { stage = '', noMemory, from }) {
    this.core = core;
    this.prefix = prefix;
    /** @type {number} */ this.pointer = core.guard(
      () => core.exports[`${prefix}_new`](...(from ? [from.pointer] : [])),
      stage,
    );
    if (!this.pointer) throw core.error('out_of_memory', noMemory, stage);
  }

  /** A function that answers a status. @param {string} stage @param {string} name after the prefix @param {...number} args */
  call(stage, name, ...args) {
    const { core } = this;
    const status = core.guard(() => core.exports[`${this.prefix}_${name}`](this.pointer, ...args), stage);
    if (status !== 0) throw core.failure(status, core.exports[`${this.prefix}_message`](this.pointer), stage);
  }

  /** The same with JSON text before the other arguments. @param {string} stage @param {string} name @param {object} value @param {...number} args */
  callWithJson(stage, name, value, ...args) {
    this.core.withBytes(new TextEncoder().encode(JSON.stringify(value)), (text, size) =>
      this.call(stage, name, text, size, ...args),
    );
  }

  /** A function that answers a count, a flag or a pointer. @param {string} name @param {...number} args @returns {number} */
  get(name, ...args) {
    return this.core.exports[`${this.prefix}_${name}`](this.pointer, ...args) >>> 0;
  }

  /** A function that answers a text. @param {string} name */
  text(name) {
    return this.core.text(this.get(name));
  }

  /** What a function points to, copied out. @param {string} name @param {number} size bytes */
  copy(name, size) {
    return this.core.copyOut(this.get(name), size);
  }

  /**
   * Of a job that is REFINED, or a retouch with a stroke that refines or a thing that was settled: the next tile for
   * the detail network, a copy of f32 [1][16][h][w]; null when none is left, and the matte is as fine as it gets.
   */
  tile() {
    this.call('detail', 'detail');
    const at = this.get('tile');
    const side = this.get('tile_blocks');
    const { buffer } = this.core.exports.memory;
    return at ? { data: new Float32Array(buffer, at, 16 * side * side).slice(), width: side, height: side } : null;
  }

  /** @param {{ data: Float32Array }} logits the network's answer for it, [1][4][h][w] */
  tileAnswer({ data }) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.core.withBytes(bytes, (pointer) => this.call('detail', 'tile_answer', pointer, data.length));
  }

  free() {
    if (this.pointer && !this.core.crashed) this.core.exports[`${this.prefix}_free`](this.pointer);
    this.pointer = 0;
  }
}
