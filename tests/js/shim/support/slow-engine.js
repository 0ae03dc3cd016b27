/** The fake engine, slowed down by CUTAWAY_TEST_DELAY milliseconds. */
import { createFakeEngine } from './fake-engine.js';

export const createNodeEngine = () => createFakeEngine({ delay: Number(process.env.CUTAWAY_TEST_DELAY ?? 0) });
