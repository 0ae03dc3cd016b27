/**
 * What requests say, checked.
 *
 * @module shim/dialects/magic-hour/requests
 */
import { ShimError, invalid } from '../../errors.js';
import { isObject, jsonLimit, readJson } from '../../http.js';

const MAX_ITEMS = 64;
const MAX_NAME = 1000; // characters; our choice, as is the next
const MAX_PATH = 2048;
export const EXTENSIONS = ['png', 'jpg', 'jpeg', 'heic', 'heif', 'webp', 'avif', 'jp2', 'tiff', 'bmp', 'jfif', 'tif'];

/** The input of an operation, or the error that names the field.
 * @param {import('../../types.js').Call} call */
export async function parse(call) {
  const { request, operation, params, query } = call;
  const limit = jsonLimit(call.services.inputs);
  switch (operation) {
    case 'createUploadUrls':
      return parseUploads(await readJson(request, { limit }));
    case 'createImageBackgroundRemoval':
      return parseRemoval(await readJson(request, { limit }));
    case 'uploadAsset':
    case 'downloadOutput':
      return { ...params, token: query.get('auth-value') ?? '' };
    default:
      return params;
  }
}

/** First that every item is well-formed, 400, then that it is served, 422.
 * @param {Record<string, any>} body */
function parseUploads({ items }) {
  if (!Array.isArray(items)) throw invalid('items', 'items must be an array');
  if (items.length < 1 || items.length > MAX_ITEMS) throw invalid('items', `items must hold 1 to ${MAX_ITEMS} entries`);
  items.forEach((item, i) => {
    if (!isObject(item)) throw invalid(`items[${i}]`, `items[${i}] must be an object`);
    if (!['video', 'audio', 'image'].includes(item.type)) {
      throw invalid(`items[${i}].type`, `items[${i}].type must be one of video, audio, image`);
    }
    if (typeof item.extension !== 'string' || !/^[a-z0-9]{1,20}$/.test(item.extension)) {
      throw invalid(
        `items[${i}].extension`,
        `items[${i}].extension must be at most 20 letters and digits without a dot`,
      );
    }
  });
  for (const { type, extension } of items) {
    if (type !== 'image') {
      throw new ShimError('unusable_image', `'${type}' files are not served here, only images`);
    }
    if (!EXTENSIONS.includes(extension)) {
      throw new ShimError(
        'unusable_image',
        `'${extension}' is an invalid image extension. Possible extensions are '${EXTENSIONS.join(', ')}'`,
      );
    }
  }
  return items;
}

/** @param {Record<string, any>} body */
function parseRemoval({ name, assets }) {
  if (name !== undefined && typeof name !== 'string') throw invalid('name', 'name must be a string');
  if (name !== undefined && name.length > MAX_NAME)
    throw invalid('name', `name must have at most ${MAX_NAME} characters`);
  if (!isObject(assets)) throw invalid('assets', 'assets must be an object');
  const { image_file_path: image, background_image_file_path: backgroundImage } = assets;
  checkPath(image, 'assets.image_file_path');
  if (backgroundImage !== undefined) checkPath(backgroundImage, 'assets.background_image_file_path');
  return { name, image, backgroundImage };
}

/** A path or address; a data: address is the picture itself and as long as that.
 * @param {unknown} path @param {string} field */
function checkPath(path, field) {
  if (typeof path !== 'string' || path === '') throw invalid(field, `${field} must be a string`);
  if (path.length > MAX_PATH && !/^data:/i.test(path))
    throw invalid(field, `${field} must have at most ${MAX_PATH} characters`);
}
