// One matte while somebody retouches it: the wrapper of wasm/include/edit.h, in an
// instance of its own. Coordinates are the upright photo's, in pixels.
import { CutawayError } from './errors.js';
import { Handle } from './handle.js';
import { retouchCalls } from './held-calls.js';

/**
 * @typedef {import('./core.js').Job} Job
 * @typedef {'shift' | 'feather' | 'smooth' | 'holes' | 'decontaminate'} Edge what a brush does to the edge under it, or to
 *   the old background's colour in it
 * @typedef {{ mode: 'erase' | 'restore' | 'refine' | Edge, radius: number, hardness?: number, snap?: boolean, amount?: number }} Brush
 *   refine: what the detail network finds there; radius: pixels of the photo; hardness: 0..1, the part of the radius with
 *   the full effect; snap: stop at edges, of erase and restore; amount: of an Edge, pixels: shift inwards below 0;
 *   decontaminate percent of the usual, 0..200
 * @typedef {'result' | 'ghost' | 'matte' | 'photo'} Style ghost: the result, what is removed shimmers through
 * @typedef {{ x: number, y: number, step: number, width: number, height: number, style?: Style }} Window
 *   x, y: what lies in the corner; step: pixels of the photo per pixel of the view
 * @typedef {{ width: number, height: number, undos: number, redos: number, failed?: { code: string, detail: string } }} State
 *   failed: why the stroke that ends here could not be refined, and changed nothing
 * @typedef {import('./pipeline.js').LoadedModel} LoadedModel
 * @typedef {{ box: [number, number, number, number], area: number, kept: boolean }} Part one separate object
 * @typedef {{ way: 'add' | 'take' | 'only', data: Uint8Array | Uint8ClampedArray, width: number, height: number }} Thing
 *   what somebody points at, as a pick session shows it: the thing, too; all but the thing; the thing and nothing else
 */

export class Retouch extends Handle {
  calls = retouchCalls;

  /** The stroke that is drawn refines. */
  #refines = false;

  /** @param {Job} job REFINED; may only be freed afterwards @param {() => Promise<LoadedModel>} [loadDetail] */
  constructor(job, loadDetail) {
    super(job.core, 'cut_edit', { stage: 'retouch', noMemory: 'No memory to retouch this picture.', from: job });
    this.loadDetail = loadDetail;
  }

  /** @returns {State} */
  get state() {
    return { width: this.get('w'), height: this.get('h'), undos: this.get('undos'), redos: this.get('redos') };
  }

  /** A stroke begins; draw() goes on, end() makes it one step of undo. @param {number} x @param {number} y @param {Brush} brush */
  begin(x, y, { mode, radius, hardness = 0.7, snap = true, amount }) {
    if (amount !== undefined) this.call('retouch', 'amount', amount);
    this.call('retouch', 'stroke', this.core.abi.numbers.edit_mode[mode] ?? -1, x, y, radius, hardness, Number(snap));
    this.#refines = mode === 'refine';
    return this.state;
  }

  /** @param {number[]} points x, y, x, y, .. */
  draw(points) {
    for (let i = 0; i + 1 < points.length; i += 2) this.call('retouch', 'draw', points[i], points[i + 1]);
    return this.state;
  }

  /** @returns {Promise<State>} */
  async end() {
    let failed;
    if (this.#refines) {
      this.#refines = false;
      failed = await this.#refine();
    }
    this.call('retouch', 'end');
    return failed ? { ...this.state, failed } : this.state;
  }

  /** Runs the network under the stroke, or along the edge of the thing that was settled. Without it (it could not be had,
   * it failed) that changes nothing: why. */
  async #refine() {
    const { core } = this;
    try {
      if (!this.loadDetail) throw core.error('engine_unavailable', 'There is no detail network here.', 'detail');
      const { engine } = await this.loadDetail();
      for (let tile = this.tile(); tile; tile = this.tile()) this.tileAnswer(await engine.run(tile, {}));
      return undefined;
    } catch (error) {
      if (core.crashed) throw error;
      const { code, detail } = CutawayError.wrap(error, 'internal', 'detail');
      return { code, detail };
    }
  }

  /** A whole picture's edge, as one step; `holes` fills those up to a square of the amount. @param {Edge} mode @param {number} amount as of a Brush */
  everywhere(mode, amount) {
    this.call('retouch', 'amount', amount);
    this.call('retouch', 'everywhere', this.core.abi.numbers.edit_mode[mode] ?? -1);
    return this.state;
  }

  /** Drops the object there, or takes it back. @param {number} x @param {number} y */
  toggle(x, y) {
    this.call('retouch', 'toggle', x, y);
    return this.state;
  }

  /** What a thing would make of the matte is in the views from now on; null: nothing is supposed any more. @param {Thing | null} thing */
  suppose(thing) {
    const { core } = this;
    if (!thing) this.call('retouch', 'suppose', 0, 0, 0, 0);
    else
      core.withBytes(thing.data, (map) =>
        this.call('retouch', 'suppose', core.abi.numbers.edit_way[thing.way] ?? -1, map, thing.width, thing.height),
      );
    return this.state;
  }

  /**
   * Makes that a step of undo.
   *
   * @param {boolean} [goesOn] instead of the step before, which was of the same thing
   * @param {boolean} [detailed] with what the detail network finds along its edge; where it cannot be had, without
   */
  async settle(goesOn = false, detailed = false) {
    this.call('retouch', 'settle', Number(goesOn));
    if (detailed) await this.#refine();
    return this.state;
  }

  undo() {
    this.call('retouch', 'undo');
    return this.state;
  }

  redo() {
    this.call('retouch', 'redo');
    return this.state;
  }

  /** The separate objects, largest first. @returns {Part[]} */
  objects() {
    const { core } = this;
    const text = core.guard(() => this.get('objects_json'), 'retouch');
    if (!text) throw core.error('out_of_memory', this.text('message'), 'retouch');
    return JSON.parse(core.text(text));
  }

  /** What lies in a window, straight RGBA. @param {Window} window */
  view({ x, y, step, width, height, style = 'result' }) {
    this.call('retouch', 'view', this.core.abi.numbers.edit_style[style] ?? -1, x, y, step, width, height);
    return { bytes: this.copy('pixels', width * height * 4), width, height };
  }

  /** The matte as it is, a grey PNG of the photo's size: for the option `matte`. */
  matte() {
    this.call('retouch', 'encode');
    return { bytes: this.copy('bytes', this.get('bytes_size')), type: 'image/png' };
  }
}
