// Types of 'cutaway/batch', as web/widget/element.d.ts is for the other element.
import type { BackgroundBatch } from '../../build/types/web/batch/background-batch.js';

export { BackgroundBatch } from '../../build/types/web/batch/background-batch.js';
export type { Options } from '../../build/types/web/batch/batch-queue.js';

/** Nothing runs or waits any more: how many photos of each. */
export interface FinishDetail {
  done: number;
  failed: number;
  cancelled: number;
}

declare global {
  interface HTMLElementTagNameMap {
    'background-batch': BackgroundBatch;
  }
  interface HTMLElementEventMap {
    'background-batch-finish': CustomEvent<FinishDetail>;
    'background-batch-close': CustomEvent<null>;
  }
}
