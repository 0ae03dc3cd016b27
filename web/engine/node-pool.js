// Several worker threads behind one line: pool.js in Node.
import { availableParallelism, totalmem } from 'node:os';
import { spawnThread } from './node/spawn.js';
import { createPool as create, poolSize as sizeFor } from './pool.js';

/**
 * @typedef {import('./pool.js').Pool} Pool
 * @typedef {import('./pool.js').Input} Input
 * @typedef {import('./pool.js').Options} Options
 * @typedef {import('./api.js').Report} Report
 * @typedef {import('./api.js').Retouching} Retouching
 */

/**
 * How many threads this machine should have.
 *
 * @param {{ hardwareConcurrency?: number, deviceMemory?: number }} [machine] deviceMemory: GiB
 */
export const poolSize = ({ hardwareConcurrency = availableParallelism(), deviceMemory = totalmem() / 2 ** 30 } = {}) =>
  sizeFor({ hardwareConcurrency, deviceMemory });

/** @param {{ size?: number }} [how] @returns {Pool} */
export const createPool = ({ size = poolSize() } = {}) => create({ size, spawn: spawnThread });

export { CutawayError } from './core/errors.js';
