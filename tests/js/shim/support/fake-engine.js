/**
 * An engine that cuts nothing out but is honest about what it was given: its
 * result is a picture of the input's size that carries a label, the SHA-256 of
 * the input and the options. A result can so be traced to its input.
 */
import { createHash } from 'node:crypto';
import { readHeader } from '../../../../shim/image-header.js';
import { jpegHeader, png, webpHeader } from './pictures.js';

export const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** The shape of the engine's own errors. */
export class CutawayError extends Error {
  constructor(code, message = code, detail = {}, stage = 'decode') {
    super(message);
    Object.assign(this, { name: 'CutawayError', code, detail, stage });
  }
}

/** What the engine makes of an input. */
export function expected(bytes, options = {}) {
  const { background = 'transparent', format = 'png', quality, action = 'remove' } = options;
  const label = JSON.stringify({
    action,
    input: sha(bytes),
    format,
    background: typeof background === 'string' ? background : sha(background),
    ...(quality !== undefined && { quality }),
  });
  const { width, height } = readHeader(bytes);
  const colour = [...Buffer.from(sha(label).slice(0, 6), 'hex'), 128];
  return {
    png: () => png(width, height, colour, label),
    jpeg: () => jpegHeader(width, height, label),
    webp: () => webpHeader(width, height, label),
  }[format]();
}

/** The label in a result. */
export const labelOf = (bytes) => JSON.parse(/\{"action".*?\}/s.exec(Buffer.from(bytes).toString('latin1'))[0]);

/**
 * @param {{ delay?: number, fail?: (bytes: Uint8Array, n: number) => string | undefined, deaf?: boolean }} [options]
 *   fail: the code of the error for the n-th call, if any; deaf: ignores its signal
 */
export function createFakeEngine({ delay = 0, fail, deaf = false } = {}) {
  const log = [];
  let running = 0;
  async function work(action, blob, options) {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    log.push({ action, input: sha(bytes), options });
    running++;
    engine.peak = Math.max(engine.peak, running);
    try {
      if (delay) {
        await new Promise((resolve, reject) => {
          const timer = setTimeout(resolve, delay);
          if (!deaf)
            options.signal?.addEventListener('abort', () => {
              clearTimeout(timer);
              reject(new CutawayError('aborted', 'Cancelled.'));
            });
        });
      }
      const code = fail?.(bytes, log.length - 1);
      if (code) throw new CutawayError(code, `made to fail with ${code}`);
      const header = readHeader(bytes);
      if (!header) throw new CutawayError('unsupported_format', 'not a picture');
      const background =
        options.background instanceof Blob
          ? new Uint8Array(await options.background.arrayBuffer())
          : options.background;
      const made = expected(bytes, { ...options, background, action });
      return { made, header, format: options.format ?? 'png' };
    } finally {
      running--;
    }
  }
  const engine = {
    log,
    peak: 0,
    async removeBackground(blob, options = {}) {
      const { made, header, format } = await work('remove', blob, options);
      return {
        blob: new Blob([made], { type: `image/${format}` }),
        report: { width: header.width, height: header.height, format, bytes: made.length, engine: 'fake' },
      };
    },
    async convert(blob, options) {
      const { made, header, format } = await work('convert', blob, options);
      return { blob: new Blob([made], { type: `image/${format}` }), width: header.width, height: header.height };
    },
  };
  return engine;
}

/** For engine-pool.js. */
export const createNodeEngine = (options) => createFakeEngine(options);
