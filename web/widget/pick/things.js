// What somebody points at, thing by thing: which clicks say one thing together,
// what is asked of the network for it, and the way back. No DOM here.

/**
 * @typedef {import('../../engine/index.js').Prompt} Prompt
 * @typedef {{ data: Uint8ClampedArray, width: number, height: number, found: boolean }} Answer of a pick session
 * @typedef {'add' | 'take' | 'only'} Way what a thing does to the picture
 * @typedef {[x: number, y: number, width: number, height: number]} Box pixels of the photo
 * @typedef {{ point: [x: number, y: number, belongs: 0 | 1] } | { box: Box }} Said one click, or a box
 * @typedef {{ said: Said, answer: Answer }} Step
 */

/** A thing while it is being pointed at. */
export class Thing {
  /** @type {Step[]} */ steps = [];
  /** @type {Step[]} taken back, the next one last */ undone = [];

  /** @param {Way} way */
  constructor(way) {
    this.way = way;
  }

  /** @returns {Answer | undefined} the newest */
  get answer() {
    return this.steps.at(-1)?.answer;
  }

  /** What the network is told, with one more thing said. @param {Said} [more] @returns {Prompt} */
  prompt(more) {
    const all = [...this.steps.map(({ said }) => said), ...(more ? [more] : [])];
    const points = all.flatMap((said) => ('point' in said ? [said.point] : []));
    const box = all.flatMap((said) => ('box' in said ? [said.box] : [])).at(-1);
    return { ...(points.length ? { points } : {}), ...(box ? { box } : {}) };
  }

  /** @param {Said} said @param {Answer} answer */
  add(said, answer) {
    this.steps.push({ said, answer });
    this.undone = [];
  }

  /** @returns {boolean} whether there was something to take back */
  undo() {
    const step = this.steps.pop();
    if (step) this.undone.push(step);
    return Boolean(step);
  }

  /** @returns {boolean} */
  redo() {
    const step = this.undone.pop();
    if (step) this.steps.push(step);
    return Boolean(step);
  }
}

/**
 * What a click says. A click of a thing's own kind belongs to it, wherever it is; one of the other kind, inside of what was
 * found, does not belong to it; beside it another thing begins.
 *
 * @param {Thing | undefined} thing that is being pointed at
 * @param {Way} way what the hand means
 * @param {number} x pixels of the photo
 * @param {number} y
 * @param {{ width: number, height: number }} photo
 * @returns {{ said: Said, begins: boolean }} begins: another thing
 */
export function clickOn(thing, way, x, y, photo) {
  /** @param {0 | 1} belongs @param {boolean} begins */
  const click = (belongs, begins) => ({
    said: { point: /** @type {[number, number, 0 | 1]} */ ([x, y, belongs]) },
    begins,
  });
  if (!thing?.answer || (way === 'only' && thing.way !== 'only')) return click(1, true);
  if ((way === 'take') === (thing.way === 'take')) return click(1, false);
  return isInside(thing.answer, x, y, photo) ? click(0, false) : click(1, true);
}

/** Whether a place is in what was found. @param {Answer | undefined} answer @param {number} x @param {number} y @param {{ width: number, height: number }} photo */
export function isInside(answer, x, y, photo) {
  if (!answer) return false;
  const u = Math.min(answer.width - 1, Math.max(0, Math.floor((x / photo.width) * answer.width)));
  const v = Math.min(answer.height - 1, Math.max(0, Math.floor((y / photo.height) * answer.height)));
  return answer.data[v * answer.width + u] > 127;
}

/** @param {{ x: number, y: number }} a @param {{ x: number, y: number }} b pixels of the photo @param {{ width: number, height: number }} photo @returns {Box | null} inside the photo; null: nothing of it */
export function boxBetween(a, b, photo) {
  const [x0, x1] = [Math.min(a.x, b.x), Math.max(a.x, b.x)].map((x) => Math.min(photo.width, Math.max(0, x)));
  const [y0, y1] = [Math.min(a.y, b.y), Math.max(a.y, b.y)].map((y) => Math.min(photo.height, Math.max(0, y)));
  return x1 - x0 >= 1 && y1 - y0 >= 1 ? [x0, y0, x1 - x0, y1 - y0] : null;
}

/**
 * What a click would change, to be laid over the picture: coming in, and going out, with a firm line around it. Straight
 * RGBA at the answer's size; null where nothing would.
 *
 * @param {Answer} next
 * @param {Answer | undefined} now of the same thing
 * @param {Way} way
 * @returns {{ data: Uint8ClampedArray<ArrayBuffer>, width: number, height: number } | null}
 */
export function changeOf(next, now, way) {
  const { width, height } = next;
  /** @type {Uint8Array} 1: comes to the thing, 2: goes from it */
  const change = new Uint8Array(width * height);
  const column = new Int32Array(width);
  if (now) for (let x = 0; x < width; x++) column[x] = Math.floor(((x + 0.5) * now.width) / width);
  let any = 0;
  for (let y = 0, i = 0; y < height; y++) {
    const row = now ? Math.floor(((y + 0.5) * now.height) / height) * now.width : 0;
    for (let x = 0; x < width; x++, i++) {
      const is = next.data[i] > 127;
      const was = now ? now.data[row + column[x]] > 127 : false;
      if (is !== was) any |= change[i] = is ? 1 : 2;
    }
  }
  if (!any) return null;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const kind = change[i];
      if (!kind) continue;
      const rim =
        (x > 0 && change[i - 1] !== kind) ||
        (x + 1 < width && change[i + 1] !== kind) ||
        (y > 0 && change[i - width] !== kind) ||
        (y + 1 < height && change[i + width] !== kind);
      const comes = (kind === 1) === (way !== 'take');
      const at = 4 * i;
      data[at] = 255;
      data[at + 1] = comes ? 213 : 82;
      data[at + 2] = comes ? 74 : 64;
      data[at + 3] = rim ? 255 : 120;
    }
  return { data, width, height };
}
