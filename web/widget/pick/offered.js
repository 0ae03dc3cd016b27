// When somebody is asked to point at what is meant. Loaded with the studio; the
// tool itself (pick-tool.js) comes when it is used.

/** @typedef {import('../studio/queue.js').Item} Item */

/** A subject less sure than this is asked about: report.subject.confidence, the overlap with the truth that such answers have. */
export const DOUBT = 0.7;

/** Whether the engine knows how, and its model comes along. @param {import('../studio/queue.js').Engine | undefined} engine */
export const canPick = (engine) => Boolean(engine?.pick) && (engine?.bundled ?? ['pick']).includes('pick');

/** Whether what was found in a photo may well be another thing than is meant. @param {Item} item */
export function isDoubtful({ state, matte, cutout }) {
  const { found, given, kind, confidence } = cutout?.report?.subject ?? {};
  return state === 'done' && !matte && found === true && !given && kind === 'photo' && confidence < DOUBT;
}
