// Types of 'cutaway/element': the element, and its place among those of HTML,
// for which JSDoc has no word. The rest is emitted from the sources by
// `npm run types`.
import type { Report } from '../../build/types/web/engine/api.js';
import type { BackgroundRemover } from '../../build/types/web/widget/background-remover.js';
import type { Options, Progress } from '../../build/types/web/widget/studio/queue.js';

export { BackgroundRemover } from '../../build/types/web/widget/background-remover.js';
export type { Options, Progress, Report };

/** Photos are about to be taken; preventDefault() keeps them out. */
export interface AcceptDetail {
  files: (Blob | string)[];
  sample: boolean;
}
export interface ProgressDetail extends Progress {
  name: string;
}
/** A file is ready. */
export interface ResultDetail {
  blob: Blob;
  report: Report;
  name: string;
  source: Blob | string;
  options: Options;
}
export interface ErrorDetail {
  error: { code: string; message: string };
  code: string;
  name: string;
  source: Blob | string;
}

declare global {
  interface HTMLElementTagNameMap {
    'background-remover': BackgroundRemover;
  }
  interface HTMLElementEventMap {
    'background-remover-accept': CustomEvent<AcceptDetail>;
    'background-remover-progress': CustomEvent<ProgressDetail>;
    'background-remover-result': CustomEvent<ResultDetail>;
    'background-remover-error': CustomEvent<ErrorDetail>;
  }
}
