// One matte while somebody retouches it: the wrapper of wasm/include/edit.h, in an
// instance of its own. Coordinates are the upright photo's, in pixels.

/**
 * @typedef {import('./core.js').Core} Core
 * @typedef {import('./core.js').Job} Job
 * @typedef {{ mode: 'erase' | 'restore', radius: number, hardness?: number, snap?: boolean }} Brush
 *   radius: pixels of the photo; hardness: 0..1, the part of the radius with the full effect; snap: stop at edges
 * @typedef {'result' | 'ghost' | 'matte' | 'photo'} Style ghost: the result, what is removed shimmers through
 * @typedef {{ x: number, y: number, step: number, width: number, height: number, style?: Style }} Window
 *   x, y: what lies in the corner; step: pixels of the photo per pixel of the view
 * @typedef {{ width: number, height: number, undos: number, redos: number }} State
 * @typedef {{ box: [number, number, number, number], area: number, kept: boolean }} Part one separate object
 */

const styles = ['result', 'ghost', 'matte', 'photo'];

export class Retouch {
  /** What a page may call. */
  calls = new Set(['begin', 'draw', 'end', 'toggle', 'undo', 'redo', 'objects', 'view', 'matte', 'close']);

  /** @param {Job} job REFINED; may only be freed afterwards */
  constructor(job) {
    /** @type {Core} */ this.core = job.core;
    /** @type {number} */ this.pointer = this.core.guard(() => this.core.exports.cut_edit_new(job.pointer), 'retouch');
    if (!this.pointer) throw this.core.error('out_of_memory', 'No memory to retouch this picture.', 'retouch');
  }

  /** @param {string} name after cut_edit_ @param {...number} args */
  call(name, ...args) {
    const { core } = this;
    const status = core.guard(() => core.exports[`cut_edit_${name}`](this.pointer, ...args), 'retouch');
    if (status === 0) return;
    throw core.failure(status, core.exports.cut_edit_message(this.pointer), 'retouch');
  }

  /** @returns {State} */
  get state() {
    const [width, height, undos, redos] = ['w', 'h', 'undos', 'redos'].map((name) => this.core.exports[`cut_edit_${name}`](this.pointer) >>> 0);
    return { width, height, undos, redos };
  }

  /** @param {number} x @param {number} y @param {Brush} brush */
  begin(x, y, { mode, radius, hardness = 0.7, snap = true }) {
    this.call('stroke', mode === 'restore' ? 1 : mode === 'erase' ? 0 : -1, x, y, radius, hardness, Number(snap));
    return this.state;
  }

  /** @param {number[]} points x, y, x, y, .. */
  draw(points) {
    for (let i = 0; i + 1 < points.length; i += 2) this.call('draw', points[i], points[i + 1]);
    return this.state;
  }

  end() {
    this.call('end');
    return this.state;
  }

  /** Drops the object there, or takes it back. @param {number} x @param {number} y */
  toggle(x, y) {
    this.call('toggle', x, y);
    return this.state;
  }

  undo() {
    this.call('undo');
    return this.state;
  }

  redo() {
    this.call('redo');
    return this.state;
  }

  /** @returns {Part[]} largest first */
  objects() {
    const { core } = this;
    const text = core.guard(() => core.exports.cut_edit_objects_json(this.pointer), 'retouch');
    if (!text) throw core.error('out_of_memory', core.text(core.exports.cut_edit_message(this.pointer)), 'retouch');
    return JSON.parse(core.text(text));
  }

  /** Straight RGBA. @param {Window} window */
  view({ x, y, step, width, height, style = 'result' }) {
    this.call('view', styles.indexOf(style), x, y, step, width, height);
    const bytes = this.core.copyOut(this.core.exports.cut_edit_pixels(this.pointer), width * height * 4);
    return { bytes, width, height };
  }

  /** The matte as it is, as a grey PNG: for the option `matte`. */
  matte() {
    this.call('encode');
    const { core, core: { exports }, pointer } = this;
    return { bytes: core.copyOut(exports.cut_edit_bytes(pointer), exports.cut_edit_bytes_size(pointer) >>> 0), type: 'image/png' };
  }

  close() {
    if (this.pointer && !this.core.crashed) this.core.exports.cut_edit_free(this.pointer);
    this.pointer = 0;
    return {};
  }
}
