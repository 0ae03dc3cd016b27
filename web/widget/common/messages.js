// Which text says what: errors by code (those of wasm/base/status.h; a test fails
// when one has no text) and the engine's stages.
import { statuses } from '../../engine/lists/statuses.js';
import english from '../../texts/en/studio.js';
import { bytes } from './units.js';

/** @typedef {import('./texts.js').Translate<typeof english>} Translate */

/** What is wrong with a file stays wrong, however often it is tried. @param {{ code?: string } | undefined} error */
export const canRetry = (error) => !['picture', 'limit'].includes(statuses[error?.code ?? '']?.fault);

/**
 * @param {Translate} t
 * @param {{ code?: string } | undefined} error
 * @returns {[string, string]} what happened, what to do about it
 */
export function errorText(t, error) {
  const { code: said, message, detail } = /** @type {any} */ (error ?? {});
  // the core's sentence begins with what it is about
  if (said === 'bad_option' && /^background\b/.test(detail || message || ''))
    return [t('refused.background'), t('refused.background.do')];
  const code = t.find(`error.${said}`) ? said : 'internal';
  return [t.find(`error.${code}`) ?? '', t.find(`error.${code}.do`) ?? ''];
}

/** Stages that read as another. @type {Record<string, string>} */
const same = { prepare: 'decode', matte: 'infer' };

/** @param {Translate} t @param {{ stage: string, loaded?: number, total?: number } | undefined} progress */
export function stageText(t, progress) {
  if (!progress) return t('stage.start');
  const { stage, loaded, total } = progress;
  if (stage === 'load' && loaded) {
    const so = bytes(t.language, loaded);
    return total
      ? t('stage.load.of', { loaded: so, total: bytes(t.language, total) })
      : t('stage.load.some', { loaded: so });
  }
  return t.find(`stage.${same[stage] ?? stage}`) ?? t('stage.finish');
}
