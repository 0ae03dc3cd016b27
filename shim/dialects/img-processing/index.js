/**
 * IMG Processing: synchronous images. Upload or create from an address, then
 * every operation answers 201 with a new image object. Errors are
 * {type, error, status, message?, errors?} and always JSON, because the
 * vendor's client parses them unconditionally.
 *
 * Keys starting with test_ see their own images only. Easy to get wrong: an
 * empty body that claims to be JSON is refused; `from` is the id of the first
 * image of the page; links keep the vendor's host wherever the shim runs.
 *
 * @module shim/dialects/img-processing
 */
import { ShimError, invalid } from '../../errors.js';
import { fetchPicture } from '../../fetch-url.js';
import { jsonResponse, parseUrl, pictureResponse, readBytes, readJson } from '../../http.js';
import { iso, randomText } from '../../ids.js';
import { MIME, readHeader } from '../../image-header.js';

const IMAGES = 'ip-images';
const VENDOR = 'https://api.img-processing.com';
const STORAGE = 'https://storage.img-processing.com';
const FORMATS = ['png', 'jpeg', 'webp'];
const TEST_IMAGE_MS = 90 * 24 * 3600e3; // vendor: images of test keys live up to 90 days
const FORM_OVERHEAD_BYTES = 64 * 1024; // boundaries and part headers around the file
const DEFAULT_QUALITY = 80; // our choice; an older vendor page says 100 for JPEG

/** Titles by status, and the last word of the error's `type` address. */
const TITLES = /** @type {Record<number, [string, string]>} */ ({
  400: ['Bad Request', 'bad-request'],
  401: ['Unauthorized', 'unauthorized'],
  403: ['Forbidden', 'forbidden'],
  404: ['Not Found', 'not-found'],
  405: ['Method Not Allowed', 'method-not-allowed'],
  413: ['Payload Too Large', 'payload-too-large'],
  429: ['Too Many Requests', 'too-many-requests'],
  500: ['Internal Server Error', 'internal-server-error'],
});

/** @type {import('../../../types.js').Dialect} */
export const imgProcessing = {
  name: 'img-processing',
  hosts: [VENDOR, STORAGE],
  territory: /^\/(v1\/images|images)(\/|$)/,
  routes: [
    { operation: 'uploadImage', method: 'POST', path: /^\/v1\/images\/upload$/ },
    { operation: 'createImageFromUrl', method: 'POST', path: /^\/v1\/images$/ },
    { operation: 'listImages', method: 'GET', path: /^\/v1\/images$/ },
    { operation: 'getImage', method: 'GET', path: /^\/v1\/images\/(?!upload$)(?<id>[^/]+)$/ },
    { operation: 'deleteImage', method: 'DELETE', path: /^\/v1\/images\/(?!upload$)(?<id>[^/]+)$/ },
    { operation: 'downloadImage', method: 'GET', path: /^\/v1\/images\/(?<id>[^/]+)\/download$/ },
    { operation: 'removeBackground', method: 'POST', path: /^\/v1\/images\/(?<id>[^/]+)\/remove-background$/ },
    { operation: 'convertImage', method: 'POST', path: /^\/v1\/images\/(?<id>[^/]+)\/convert$/ },
    { operation: 'publishImage', method: 'POST', path: /^\/v1\/images\/(?<id>[^/]+)\/publish$/ },
    { operation: 'unpublishImage', method: 'POST', path: /^\/v1\/images\/(?<id>[^/]+)\/unpublish$/ },
    { operation: 'viewPublished', method: 'GET', path: /^\/images\/(?<id>[^/]+)$/, narrow: /^\/images\/image_[a-zA-Z0-9]{24}$/, open: true },
  ],

  failures: {
    ok: [500],
    bad_argument: [500],
    bad_state: [500],
    out_of_memory: [500],
    bad_option: [400],
    bad_manifest: [500],
    empty_input: [400],
    unsupported_format: [400],
    unsupported_variant: [400],
    too_large: [400],
    corrupt_image: [400],
    needs_codec: [400],
    bad_model: [500],
    unsupported_model: [500],
    bad_output: [500],
    encode_failed: [500],
    engine_crashed: [500],
    aborted: [500],
    timeout: [500],
    fetch_failed: [400],
    model_fetch_failed: [500],
    model_hash_mismatch: [500],
    engine_unavailable: [500],
    inference_failed: [500],
    read_failed: [500],
    write_failed: [500],
    busy: [429],
    internal: [500],
    invalid_request: [400],
    body_too_large: [413],
    not_found: [404],
    method_not_allowed: [405],
    expired_link: [404],
    conflict: [400],
    unusable_image: [400],
    url_refused: [400],
    invalid_key: [401],
    expired_key: [401],
    inactive_key: [401],
    no_access: [403],
    no_credits: [403],
    consent_required: [403],
    remote_unavailable: [500],
    remote_failed: [500],
    remote_refused: [500],
    remote_needs_public_url: [400],
  },

  credential: (request) => request.headers.get('x-api-key')?.trim() ?? '',

  async parse(call) {
    const { request, operation, params, query } = call;
    switch (operation) {
      case 'uploadImage': return parseForm(request, call.services.limits.imageBytes);
      case 'createImageFromUrl': return parseCreate(await readJson(request));
      case 'listImages': return parsePage(query);
      case 'removeBackground': {
        const { name } = await readJson(request, { optional: true });
        return { ...params, name: parseName(name) };
      }
      case 'convertImage': return { ...params, ...parseConvert(await readJson(request)) };
      default: return params;
    }
  },

  run(input, call) {
    return actions[/** @type {keyof typeof actions} */ (call.operation)](input, call);
  },

  reply(outcome, { operation, base, services }) {
    switch (operation) {
      case 'listImages': return listAnswer(outcome, base, services);
      case 'deleteImage': return new Response(null, { status: 204 });
      case 'downloadImage':
      case 'viewPublished':
        return pictureResponse(outcome.blob, /** @type {Record<string, string>} */ (MIME)[outcome.image.format], source(outcome.image));
      default:
        return describe(outcome, base, services).then((image) =>
          jsonResponse(operation === 'getImage' ? 200 : 201, image, source(outcome)));
    }
  },

  fail(error) {
    const [status] = imgProcessing.failures[error.code] ?? imgProcessing.failures.internal;
    const [title, word] = TITLES[status];
    const { field } = error.detail;
    return jsonResponse(status, {
      type: `https://docs.img-processing.com/errors/${word}`,
      error: title,
      status,
      message: field ? 'The request is not valid.' : error.message,
      ...(field && { errors: [error.message] }),
    });
  },

  async sweep({ store }, now) {
    for (const image of await store.list(IMAGES)) {
      if (image.scope === 'test' && now > image.created + TEST_IMAGE_MS) await drop(image.id, store);
    }
  },
};

/** @param {any} image @returns {Record<string, string>} */
const source = (image) => (image.source ? { 'x-cutaway-source': image.source } : {});

/** Test and live keys see their own images only. @param {string} key */
const scopeOf = (key) => (key.startsWith('test_') ? 'test' : 'live');

/** Characters as a person counts them, not UTF-16 units. @param {string} text */
const lengthOf = (text) => [...text].length;

/** @param {unknown} name @param {boolean} [required] @returns {string | undefined} */
function parseName(name, required = false) {
  if (name === undefined && !required) return undefined;
  if (typeof name !== 'string') throw invalid('name', name === undefined ? 'name is required' : 'name must be a string');
  if (lengthOf(name) < 1 || lengthOf(name) > 30) throw invalid('name', 'name must have 1 to 30 characters');
  return name;
}

/** @param {Request} request @param {number} limit bytes of the file */
async function parseForm(request, limit) {
  const type = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\b/i.test(type)) throw invalid('body', 'The body must be multipart/form-data');
  const bytes = await readBytes(request, limit + FORM_OVERHEAD_BYTES).catch((error) => { throw tooLarge(error, limit); });
  const form = await new Response(/** @type {BodyInit} */ (bytes), { headers: { 'content-type': type } })
    .formData().catch(() => { throw invalid('body', 'The form could not be read'); });
  const name = /** @type {string} */ (parseName(form.get('name') ?? undefined, true));
  const file = form.get('image');
  if (!file || typeof file === 'string') throw invalid('image', 'image must be a file');
  if (file.size > limit) throw tooLarge(new ShimError('body_too_large'), limit);
  return { name, ...(await parsePicture(file, 'image')) };
}

/** @param {any} error @param {number} limit */
function tooLarge(error, limit) {
  return error.code === 'body_too_large'
    ? new ShimError('body_too_large', `The image is larger than ${limit / 1e6} MB.`) : error;
}

/** @param {Blob} blob @param {string} field */
async function parsePicture(blob, field) {
  const header = readHeader(new Uint8Array(await blob.arrayBuffer()));
  if (!header || !FORMATS.includes(header.format)) throw invalid(field, `${field} must be a JPEG, PNG or WebP picture`);
  return { blob: blob.slice(0, blob.size, MIME[header.format]), ...header };
}

/** @param {Record<string, any>} body */
function parseCreate({ name, url }) {
  const text = parseName(name, true);
  const parsed = parseUrl(url);
  if (!parsed) throw invalid('url', 'url must be an address');
  return { name: text, url: parsed };
}

/** @param {URLSearchParams} query */
function parsePage(query) {
  // The vendor's client sends the text "undefined" when it has no cursor.
  const [take, from] = ['take', 'from'].map((name) => {
    const text = query.get(name);
    return text === null || text === '' || text === 'undefined' ? undefined : text;
  });
  if (take !== undefined && !/^([1-9]|[1-9]\d|100)$/.test(take)) throw invalid('take', 'take must be an integer from 1 to 100');
  return { take: Number(take ?? 10), from };
}

/** @param {Record<string, any>} body */
function parseConvert({ format, quality, name }) {
  if (!['jpeg', 'png', 'webp', 'jpg'].includes(format)) throw invalid('format', 'format must be one of jpeg, png, webp, jpg');
  if (quality !== undefined && !(Number.isInteger(quality) && quality >= 1 && quality <= 100)) {
    throw invalid('quality', 'quality must be between 1 and 100');
  }
  return { format: format === 'jpg' ? 'jpeg' : format, quality, name: parseName(name) };
}

/** @type {Record<string, (input: any, call: import('../../../types.js').Call) => Promise<any>>} */
const actions = {
  uploadImage: (picture, call) => create(picture, call),

  async createImageFromUrl({ name, url }, call) {
    const { inputs, limits } = call.services;
    const blob = await fetchPicture(url, { ...inputs, maxBytes: limits.imageBytes }, { signal: call.request.signal, formats: FORMATS })
      .catch((error) => { throw tooLarge(error, limits.imageBytes); });
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
    const wanted = format === 'png' ? undefined : quality ?? DEFAULT_QUALITY;
    return derive(await find(id, call), { name, action: 'convert', format, quality: wanted }, call);
  },

  publishImage: ({ id }, call) => publish(id, true, call),
  unpublishImage: ({ id }, call) => publish(id, false, call),
};

/** @param {string} id shown back only as far as it could be one */
const missing = (id) => new ShimError('not_found', /^[\w-]{1,60}$/.test(id) ? `Image with id ${id} not found.` : 'Image not found.');

/** @param {string} id @param {import('../../../types.js').Call} call */
async function find(id, { services: { store }, key }) {
  const image = /^image_[a-zA-Z0-9]{24}$/.test(id) ? await store.get(IMAGES, id) : undefined;
  if (!image || image.scope !== scopeOf(key)) throw missing(id);
  return image;
}

/** @param {any} image @param {import('../../../types.js').Call} call @returns {Promise<Blob>} */
async function bytesOf(image, { services: { store } }) {
  const blob = await store.read(`${IMAGES}.${image.id}`);
  if (!blob) throw missing(image.id);
  return blob;
}

/** @param {string} id @param {import('../../../store/memory.js').Store} store */
async function drop(id, store) {
  await store.remove(IMAGES, id);
  await store.erase(`${IMAGES}.${id}`);
}

/**
 * @param {{ name: string, blob: Blob, width: number, height: number, format: string, source?: string, report?: any }} made
 * @param {import('../../../types.js').Call} call
 */
async function create({ name, blob, width, height, format, source: from, report }, { services: { store, clock }, key }) {
  const image = {
    id: `image_${randomText(24)}`, name, width, height, format, size: blob.size, created: clock.stamp(),
    scope: scopeOf(key), published: false, ...(from && { source: from, report }),
  };
  await store.write(`${IMAGES}.${image.id}`, blob);
  await store.put(IMAGES, image);
  return image;
}

/**
 * A new image made from another; the source image stays.
 * @param {any} image
 * @param {{ name?: string, action: 'remove' | 'convert', format: 'png' | 'jpeg' | 'webp', quality?: number }} wish
 * @param {import('../../../types.js').Call} call
 */
async function derive(image, { name = image.name, action, format, quality }, call) {
  const { queue, remover, emit } = call.services;
  const place = queue.reserve();
  const [result] = await place.run(() => remover.work({
    dialect: 'img-processing',
    items: [{
      id: image.id, action, name, options: { format, ...(quality !== undefined && { quality }) },
      image: () => bytesOf(image, call),
    }],
    signal: call.request.signal,
  }));
  if (result instanceof ShimError) throw result;
  const { width, height } = result.report;
  const made = await create({ name, blob: result.blob, width, height, format, source: result.source, report: result.report }, call);
  emit('cutaway-report', { dialect: 'img-processing', id: made.id, report: result.report });
  return made;
}

/** @param {string} id @param {boolean} published @param {import('../../../types.js').Call} call */
async function publish(id, published, call) {
  const { store, locked, dropUrl } = call.services;
  return locked(`${IMAGES} ${id}`, async () => {
    const image = { ...(await find(id, call)), published };
    await store.put(IMAGES, image);
    if (!published) dropUrl(`${IMAGES}.${id}`);
    return image;
  });
}

/**
 * @param {any} image @param {string} base @param {import('../../../types.js').Services} services
 */
async function describe({ id, name, published, width, height, format, size, created }, base, services) {
  const open = services.blobUrls && published ? await services.objectUrl(`${IMAGES}.${id}`) : undefined;
  const url = published ? open ?? `${base === VENDOR ? STORAGE : base}/images/${id}` : null;
  return { id, name, url, width, height, format, size, created_at: iso(created) };
}

/** @param {any} list @param {string} base @param {import('../../../types.js').Services} services */
async function listAnswer({ take, page, next, previous }, base, services) {
  /** @param {string | null} id */
  const link = (id) => (id === null ? null : `${VENDOR}/v1/images?take=${take}&from=${id}`);
  return jsonResponse(200, {
    data: await Promise.all(page.map((/** @type {any} */ image) => describe(image, base, services))),
    links: { previous: link(previous), next: link(next) },
  });
}
