/**
 * Images: what each operation does with them, and how long they are kept.
 *
 * @module shim/dialects/img-processing/images
 */
import { ShimError, invalid } from '../../errors.js';
import { fetchPicture } from '../../fetch-url.js';
import { randomText } from '../../ids.js';
import { FORMATS, parsePicture, tooLarge } from './requests.js';

export const IMAGES = 'ip-images';
const TEST_IMAGE_MS = 90 * 24 * 3600e3; // vendor: images of test keys live up to 90 days
const DEFAULT_QUALITY = 80; // our choice; an older vendor page says 100 for JPEG

/** Test and live keys see their own images only. @param {string} key */
const scopeOf = (key) => (key.startsWith('test_') ? 'test' : 'live');

/** @type {Record<string, (input: any, call: import('../../types.js').Call) => Promise<any>>} */
export const actions = {
  uploadImage: (picture, call) => create(picture, call),

  async createImageFromUrl({ name, url }, call) {
    const { inputs, limits } = call.services;
    const blob = await fetchPicture(
      url,
      { ...inputs, maxBytes: limits.imageBytes },
      { signal: call.request.signal, formats: FORMATS },
    ).catch((error) => {
      throw tooLarge(error, limits.imageBytes);
    });
    return create({ name, ...(await parsePicture(blob, 'url')) }, call);
  },

  async listImages({ take, from }, { services: { store }, key }) {
    const scope = scopeOf(key);
    const images = (await store.list(IMAGES)).filter((image) => image.scope === scope);
    const start = from === undefined ? 0 : images.findIndex((image) => image.id === from);
    if (start < 0) throw invalid('from', 'from is not the id of one of your images');
    return {
      take,
      page: images.slice(start, start + take),
      next: images[start + take]?.id ?? null,
      previous: start > 0 ? images[Math.max(0, start - take)].id : null,
    };
  },

  getImage: ({ id }, call) => find(id, call),

  async deleteImage({ id }, call) {
    await find(id, call);
    call.services.dropUrl(`${IMAGES}.${id}`);
    await drop(id, call.services.store);
  },

  async downloadImage({ id }, call) {
    const image = await find(id, call);
    return { image, blob: await bytesOf(image, call) };
  },

  async viewPublished({ id }, call) {
    const image = await call.services.store.get(IMAGES, id);
    if (!image?.published) throw missing(id);
    return { image, blob: await bytesOf(image, call) };
  },

  async removeBackground({ id, name }, call) {
    return derive(await find(id, call), { name, action: 'remove', format: 'png' }, call);
  },

  async convertImage({ id, name, format, quality }, call) {
    const wanted = format === 'png' ? undefined : (quality ?? DEFAULT_QUALITY);
    return derive(await find(id, call), { name, action: 'convert', format, quality: wanted }, call);
  },

  publishImage: ({ id }, call) => publish(id, true, call),
  unpublishImage: ({ id }, call) => publish(id, false, call),
};

/** @param {string} id shown back only as far as it could be one */
const missing = (id) =>
  new ShimError('not_found', /^[\w-]{1,60}$/.test(id) ? `Image with id ${id} not found.` : 'Image not found.');

/** @param {string} id @param {import('../../types.js').Call} call */
async function find(id, { services: { store }, key }) {
  const image = /^image_[a-zA-Z0-9]{24}$/.test(id) ? await store.get(IMAGES, id) : undefined;
  if (!image || image.scope !== scopeOf(key)) throw missing(id);
  return image;
}

/** @param {any} image @param {import('../../types.js').Call} call @returns {Promise<Blob>} */
async function bytesOf(image, { services: { store } }) {
  const blob = await store.read(`${IMAGES}.${image.id}`);
  if (!blob) throw missing(image.id);
  return blob;
}

/** @param {string} id @param {import('../../store/memory.js').Store} store */
async function drop(id, store) {
  await store.remove(IMAGES, id);
  await store.erase(`${IMAGES}.${id}`);
}

/**
 * @param {{ name: string, blob: Blob, width: number, height: number, format: string, source?: string, report?: any }} made
 * @param {import('../../types.js').Call} call
 */
async function create(
  { name, blob, width, height, format, source: from, report },
  { services: { store, clock }, key },
) {
  const image = {
    id: `image_${randomText(24)}`,
    name,
    width,
    height,
    format,
    size: blob.size,
    created: clock.stamp(),
    scope: scopeOf(key),
    published: false,
    ...(from && { source: from, report }),
  };
  await store.write(`${IMAGES}.${image.id}`, blob);
  await store.put(IMAGES, image);
  return image;
}

/**
 * A new image made from another; the source image stays.
 * @param {any} image
 * @param {{ name?: string, action: 'remove' | 'convert', format: 'png' | 'jpeg' | 'webp', quality?: number }} wish
 * @param {import('../../types.js').Call} call
 */
async function derive(image, { name = image.name, action, format, quality }, call) {
  const { queue, remove, emitReport } = call.services;
  const place = queue.reserve();
  const [result] = await place.run(() =>
    remove({
      items: [
        {
          id: image.id,
          action,
          name,
          options: { format, ...(quality !== undefined && { quality }) },
          image: () => bytesOf(image, call),
        },
      ],
      signal: call.request.signal,
    }),
  );
  if (result instanceof ShimError) throw result;
  const { width, height } = result.report;
  const made = await create(
    { name, blob: result.blob, width, height, format, source: result.source, report: result.report },
    call,
  );
  emitReport(made.id, result.report);
  return made;
}

/** @param {string} id @param {boolean} published @param {import('../../types.js').Call} call */
async function publish(id, published, call) {
  const { store, locked, dropUrl } = call.services;
  return locked(`${IMAGES} ${id}`, async () => {
    const image = { ...(await find(id, call)), published };
    await store.put(IMAGES, image);
    if (!published) dropUrl(`${IMAGES}.${id}`);
    return image;
  });
}

/** @param {import('../../types.js').Services} services @param {number} now */
export async function sweep({ store }, now) {
  for (const image of await store.list(IMAGES)) {
    if (image.scope === 'test' && now > image.created + TEST_IMAGE_MS) await drop(image.id, store);
  }
}
