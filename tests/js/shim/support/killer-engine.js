/** The fake engine, whose process dies of pictures 13 pixels wide. */
import { readHeader } from '../../../../shim/image-header.js';
import { createFakeEngine } from './fake-engine.js';

export const createNodeEngine = () =>
  createFakeEngine({
    fail(bytes) {
      if (readHeader(bytes)?.width === 13) process.kill(process.pid, 'SIGKILL');
      return undefined;
    },
  });
