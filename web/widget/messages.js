// What the element says to people. Errors by code: the codes are those of
// wasm/cutaway.h, and a test fails when one is missing here.

/** Code to [what happened, what to do about it]. @type {Record<string, [string, string]>} */
export const errorTexts = {
  bad_argument: ['Something in the page went wrong.', 'Try again; if it stays, reload the page.'],
  bad_state: ['Something in the page went wrong.', 'Try again; if it stays, reload the page.'],
  out_of_memory: ['This photo needs more memory than there is.', 'Close other tabs, or use a smaller copy of the photo.'],
  bad_option: ['These settings do not fit together.', 'Choose another background, format or margin.'],
  bad_manifest: ['The model’s description is not valid.', 'Use another model.'],
  empty_input: ['This file is empty.', 'It may not have been copied completely. Choose it again.'],
  unsupported_format: ['This is not a photo that can be opened.', 'Use a JPEG, PNG, WebP, BMP or GIF picture.'],
  unsupported_variant: ['This kind of picture cannot be opened.', 'Save it as an ordinary JPEG or PNG and try that.'],
  too_large: ['This picture is too large.', 'Use a copy with fewer pixels.'],
  corrupt_image: ['This picture is damaged or incomplete.', 'Fetch it again from where it came from.'],
  needs_codec: ['This picture needs a decoder that is missing here.', 'Save it as a JPEG or PNG and try that.'],
  bad_model: ['The model file is not valid.', 'Use another model.'],
  unsupported_model: ['This model cannot run here.', 'Use another model.'],
  bad_output: ['The model gave no usable answer.', 'Try again, or use another photo.'],
  encode_failed: ['The result could not be saved in this format.', 'Choose another format.'],
  engine_crashed: ['The engine stopped, and has been restarted.', 'Try again.'],
  aborted: ['Cancelled.', 'The photo is still here.'],
  timeout: ['It took too long and was stopped.', 'Try again, or use a smaller copy.'],
  fetch_failed: ['The photo could not be fetched.', 'Look at its address and the connection, then try again.'],
  model_fetch_failed: ['The model could not be fetched.', 'Look at the connection, then try again.'],
  model_hash_mismatch: ['The model arrived damaged.', 'Try again; nothing damaged was kept.'],
  engine_unavailable: ['The engine could not be loaded.', 'Look at the connection, then try again.'],
  inference_failed: ['The model failed on this photo.', 'Try again, or use another photo.'],
  read_failed: ['The file could not be read.', 'It may have been moved. Choose it again.'],
  write_failed: ['The result could not be written.', 'Look at the free space, then try again.'],
  busy: ['Too much is waiting already.', 'Try again in a moment.'],
  internal: ['Something unexpected went wrong.', 'Try again; if it stays, please report it.'],
};

/** What is wrong with a file stays wrong, however often it is tried. */
const final = new Set(['empty_input', 'unsupported_format', 'unsupported_variant', 'too_large', 'corrupt_image', 'needs_codec']);

/** @param {{ code?: string } | undefined} error */
export const canRetry = (error) => !final.has(error?.code ?? '');

/** @type {Record<string, string>} */
const stages = {
  load: 'Getting the model',
  decode: 'Opening the photo',
  prepare: 'Opening the photo',
  infer: 'Finding the subject',
  matte: 'Finding the subject',
  refine: 'Following the edges',
  foreground: 'Cleaning the colours',
  compose: 'Putting it together',
  encode: 'Saving',
};

/** @param {{ code?: string, message?: string } | undefined} error @returns {[string, string]} */
export function errorText(error) {
  return errorTexts[error?.code ?? 'internal'] ?? errorTexts.internal;
}

/** @param {{ stage: string, loaded?: number, total?: number } | undefined} progress */
export function stageText(progress) {
  if (!progress) return 'Starting';
  const text = stages[progress.stage] ?? 'Finishing';
  if (!progress.loaded) return text;
  return `${text}: ${bytes(progress.loaded)}${progress.total ? ` of ${bytes(progress.total)}` : ''}`;
}

/** @param {number} count */
export function bytes(count) {
  if (count < 1e3) return `${count} bytes`;
  return count < 1e6 ? `${Math.round(count / 1e3)} KB` : `${(count / 1e6).toFixed(1)} MB`;
}

/** @param {string} name of the photo @param {string} format */
export function outputName(name, format) {
  const stem = name.replace(/\.[a-z0-9]{1,5}$/i, '') || 'photo';
  return `${stem}-cutout.${format === 'jpeg' ? 'jpg' : format}`;
}
