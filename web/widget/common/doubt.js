// Whether what a model found is worth a look, wherever that is told: one limit,
// the core's (cut_subject_confidence() in wasm/matte/subject.h).
import { limits } from '../../engine/lists/limits.js';

/** @param {number | undefined} confidence report.subject.confidence; undefined: no model said anything */
export const isUnsure = (confidence) => (confidence ?? 1) < limits.min_confidence;
