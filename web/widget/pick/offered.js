// When somebody is asked to point at what is meant. Loaded with the studio; the
// tool itself (pick-tool.js) comes when it is used.
import { isUnsure } from '../common/doubt.js';

/** @typedef {import('../studio/queue.js').Item} Item */

/** Whether the engine knows how, and its model comes along. @param {import('../studio/queue.js').Engine | undefined} engine */
export const canPick = (engine) => Boolean(engine?.pick) && (engine?.bundled ?? ['pick']).includes('pick');

/** Whether what was found in a photo may well be another thing than is meant. @param {Item} item */
export function isDoubtful({ state, matte, cutout }) {
  const { found, given, kind, confidence } = cutout?.report?.subject ?? {};
  return state === 'done' && !matte && found === true && !given && kind === 'photo' && isUnsure(confidence);
}
