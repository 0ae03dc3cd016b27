/**
 * Images: what each operation does with them, and how long they are kept.
 *
 * @module shim/dialects/img-processing/images
 */
import { ShimError, asShimError, invalid } from '../../errors.js';
import { fetchInput } from '../../fetch-url.js';
import { randomText } from '../../ids.js';
import { MIME } from '../../image-header.js';
import { isShutdown } from '../../records.js';
import { FORMATS, IMAGES, keyOf, newId, parsePicture, tooLarge } from './requests.js';

/** Removals and conversions under way: the caller waits for them, perhaps at another process. */
const CALLS = 'ip-calls';
const CALL_MS = 3600e3;
const TEST_IMAGE_MS = 90 * 24 * 3600e3; // vendor: images of test keys live up to 90 days
const DEFAULT_QUALITY = 80; // our choice; an older vendor page says 100 for JPEG

/** Test and live keys see their own images only, and each account its own.
 * @param {import('../../types.js').Call} call */
const scopeOf = ({ key, account }) => (key.startsWith('test_') ? 'test' : 'live') + (account && `-${account}`);

/** When an image may be cleared away. @param {{ scope: string, created: number }} image */
const imageEnds = ({ scope, created }) => (scope.startsWith('test') ? created + TEST_IMAGE_MS : undefined);

export const ends = { [IMAGES]: imageEnds };

/** @type {Record<string, (input: any, call: import('../../types.js').Call) => Promise<any>>} */
export const actions = {
  async uploadImage({ id, name, size, width, height, format }, call) {
    return enter({ id, name, size, width, height, format }, scopeOf(call), call.services);
  },

  async createImageFromUrl({ name, url }, call) {
    const { inputsFor, limits } = call.services;
    const blob = await fetchInput(
      url,
      { ...inputsFor(call.base), maxBytes: limits.imageBytes },
      { signal: call.request.signal, formats: FORMATS },
    ).catch((error) => {
      throw tooLarge(error, limits.imageBytes);
    });
    return create({ name, blob, ...(await parsePicture(blob, 'url')) }, scopeOf(call), call.services);
  },

  async listImages({ take, from }, call) {
    const { store } = call.services;
    const scope = scopeOf(call);
    const first = from === undefined ? undefined : await store.get(IMAGES, from);
    if (from !== undefined && first?.scope !== scope) throw invalid('from', 'from is not the id of one of your images');
    // From the first of the page on, that one included; and those before it, for the link back.
    const some = await store.list(IMAGES, { scope, limit: take + 1, ...(first && { before: first.created + 1 }) });
    const newer = first ? await store.list(IMAGES, { scope, after: first.created, oldest: true, limit: take }) : [];
    return { take, page: some.slice(0, take), next: some[take]?.id ?? null, previous: newer.at(-1)?.id ?? null };
  },

  getImage: ({ id }, call) => find(id, call),

  async deleteImage({ id }, call) {
    await find(id, call);
    call.services.dropUrl(keyOf(id));
    await drop(id, call.services.store);
  },

  async downloadImage({ id }, call) {
    const image = await find(id, call);
    return { image, blob: await bytesOf(image, call.services) };
  },

  async viewPublished({ id }, call) {
    const image = await call.services.store.get(IMAGES, id);
    if (!image?.published) throw missing(id);
    return { image, blob: await bytesOf(image, call.services) };
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
async function find(id, call) {
  const image = /^image_[a-zA-Z0-9]{24}$/.test(id) ? await call.services.store.get(IMAGES, id) : undefined;
  if (!image || image.scope !== scopeOf(call)) throw missing(id);
  return image;
}

/** @param {any} image @param {import('../../types.js').Services} services */
async function bytesOf(image, { store }) {
  const blob = await store.open(keyOf(image.id));
  if (!blob) throw missing(image.id);
  return blob;
}

/** @param {string} id @param {import('../../store/memory.js').Store} store */
async function drop(id, store) {
  await store.erase(keyOf(id));
  await store.remove(IMAGES, id);
}

/**
 * Puts an image on record whose bytes are in the store.
 * @param {{ id: string, name: string, width: number, height: number, format: string, size: number, source?: string, report?: any }} made
 * @param {string} scope @param {import('../../types.js').Services} services
 */
async function enter(made, scope, { store, clock }) {
  const created = clock.stamp();
  const image = { ...made, created, scope, expires: imageEnds({ scope, created }), published: false };
  const [kept] = (await store.create([[IMAGES, image]])) ?? [];
  return /** @type {any} */ (kept);
}

/**
 * @param {{ name: string, blob: Blob, width: number, height: number, format: string, source?: string, report?: any }} made
 * @param {string} scope @param {import('../../types.js').Services} services
 */
async function create({ name, blob, width, height, format, source, report }, scope, services) {
  const id = newId();
  await services.store.write(keyOf(id), blob);
  return enter(
    { id, name, width, height, format, size: blob.size, ...(source && { source, report }) },
    scope,
    services,
  );
}

/**
 * A new image made from another; the source image stays.
 * @param {any} image
 * @param {{ name?: string, action: 'remove' | 'convert', format: 'png' | 'jpeg' | 'webp', quality?: number }} wish
 * @param {import('../../types.js').Call} call
 */
async function derive(image, { name = image.name, action, format, quality }, call) {
  const { store, clock, accept, finished, halt } = call.services;
  const { signal } = call.request;
  const { id } = await accept(async (queue) => {
    const created = clock.stamp();
    const wish = { id: `call_${randomText(24)}`, image: image.id, name, action, format, quality };
    const [made] =
      (await store.create([
        [
          CALLS,
          {
            ...wish,
            scope: image.scope,
            status: 'waiting',
            created,
            expires: created + CALL_MS,
            queue,
            volatile: true,
          },
        ],
      ])) ?? [];
    return /** @type {any} */ (made);
  }, call);
  const gone = () => halt(id);
  signal.addEventListener('abort', gone, { once: true });
  if (signal.aborted) gone();
  try {
    await finished(id);
    const { error, made } = (await store.get(CALLS, id)) ?? {};
    if (error) throw new ShimError(error.code, error.message, error.detail);
    if (!made) throw new ShimError('busy', 'Shutting down.', { retryAfter: 5 });
    return store.get(IMAGES, made);
  } finally {
    signal.removeEventListener('abort', gone);
    await store.remove(CALLS, id);
  }
}

/** @type {import('../../types.js').Jobs} */
export const jobs = {
  collection: CALLS,
  active: ({ status }) => status === 'waiting',

  async work(id, services, signal) {
    const call = await services.store.get(CALLS, id);
    if (!call) return;
    const { name, action, format, quality, scope } = call;
    const image = await services.store.get(IMAGES, call.image);
    const [result] = await services.remove({
      items: [
        {
          id: call.image,
          action,
          name,
          options: { format, ...(quality !== undefined && { quality }) },
          async image() {
            const blob = image && (await services.store.read(keyOf(call.image)));
            if (!blob) throw missing(call.image);
            return blob.slice(0, blob.size, /** @type {Record<string, string>} */ (MIME)[image.format]);
          },
        },
      ],
      trace: call.trace,
      remember: async (trace) => {
        await services.update(CALLS, id, () => ({ trace }));
      },
      signal,
    });
    if (isShutdown(signal)) return;
    if (result instanceof ShimError) {
      await jobs.fail?.(id, services, result);
      return;
    }
    const { width, height } = result.report;
    const { blob, source, report } = result;
    const made = await create({ name, blob, width, height, format, source, report }, scope, services);
    await services
      .update(CALLS, id, () => ({ status: 'done', made: made.id, queue: undefined }))
      .catch(async (error) => {
        await drop(made.id, services.store); // another has the job, and makes its own
        throw error;
      });
    services.emitReport(made.id, report);
  },

  async fail(id, services, thrown) {
    const { code, message, detail } = asShimError(thrown);
    await services.update(CALLS, id, () => ({ status: 'failed', error: { code, message, detail }, queue: undefined }));
  },
};

/** @param {string} id @param {boolean} published @param {import('../../types.js').Call} call */
async function publish(id, published, call) {
  const { update, dropUrl } = call.services;
  await find(id, call);
  const image = await update(IMAGES, id, () => ({ published }));
  if (!image) throw missing(id);
  if (!published) dropUrl(keyOf(id));
  return image;
}

/** @param {import('../../types.js').Services} services @param {number} now */
export async function sweep({ store }, now) {
  for (const { id } of await store.list(IMAGES, { expired: now })) await drop(id, store);
  for (const { id, queue } of await store.list(CALLS, { expired: now })) if (!queue) await store.remove(CALLS, id);
}
