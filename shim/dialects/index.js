/**
 * The APIs that are spoken, in the order in which they are asked.
 *
 * @module shim/dialects
 */
import { aigenstudio } from './aigenstudio/index.js';
import { imgProcessing } from './img-processing/index.js';
import { magicHour } from './magic-hour/index.js';

/** @type {readonly import('../types.js').Dialect[]} */
export const DIALECTS = Object.freeze([magicHour, imgProcessing, aigenstudio]);
