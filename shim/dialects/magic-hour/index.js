/**
 * Magic Hour: upload addresses, uploads, one removal per project, poll,
 * download, delete. Contract: asynchronous, errors are {message}, the words are
 * `complete`, `error`, `canceled` (one l).
 *
 * `frame_cost` and `total_frame_cost` are always there although newer vendor
 * documents dropped them: the JS, Python and Rust clients throw without. They
 * are 0 and integers, since nothing is charged here.
 *
 * @module shim/dialects/magic-hour
 */
import { ShimError, asShimError, invalid } from '../../errors.js';
import { fetchPicture } from '../../fetch-url.js';
import { bearer, isObject, jsonResponse, limitedBody, parseUrl, pictureResponse, readJson, textResponse } from '../../http.js';
import { iso, randomText } from '../../ids.js';
import { MIME, sniff } from '../../image-header.js';

const ASSETS = 'mh-assets';
const PROJECTS = 'mh-projects';
const HOUR = 3600e3;
const UPLOAD_LINK_MS = HOUR; // our choice
const ASSET_MS = 7 * 24 * HOUR; // vendor: uploads are kept 7 days
const DOWNLOAD_LINK_MS = 24 * HOUR; // vendor: links live 24 hours
const MAX_ITEMS = 64;
const EXTENSIONS = ['png', 'jpg', 'jpeg', 'heic', 'heif', 'webp', 'avif', 'jp2', 'tiff', 'bmp', 'jfif', 'tif'];
const STORAGE = 'https://videos.magichour.ai';

/** @type {import('../../../types.js').Dialect} */
export const magicHour = {
  name: 'magic-hour',
  hosts: ['https://api.magichour.ai', STORAGE],
  territory: /^\/(v1\/(files|image-)|api-assets\/|[^/]+\/output\.png$)/,
  jobs: PROJECTS,
  routes: [
    { operation: 'createUploadUrls', method: 'POST', path: /^\/v1\/files\/upload-urls$/ },
    { operation: 'uploadAsset', method: 'PUT', path: /^\/api-assets\/(?<asset>[^/]+)\/(?<file>[^/]+)$/, narrow: /^\/api-assets\/c[a-z0-9]{24}\//, open: true },
    { operation: 'createImageBackgroundRemoval', method: 'POST', path: /^\/v1\/image-background-remover$/ },
    { operation: 'getImageProject', method: 'GET', path: /^\/v1\/image-projects\/(?<id>[^/]+)$/ },
    { operation: 'deleteImageProject', method: 'DELETE', path: /^\/v1\/image-projects\/(?<id>[^/]+)$/ },
    { operation: 'downloadOutput', method: 'GET', path: /^\/(?<id>[^/]+)\/output\.png$/, narrow: /^\/c[a-z0-9]{24}\//, open: true },
  ],

  /** Status, and `error.code` of a project that failed so. */
  failures: {
    ok: [500, 'unknown_error'],
    bad_argument: [500, 'unknown_error'],
    bad_state: [500, 'unknown_error'],
    out_of_memory: [503, 'unknown_error'],
    bad_option: [400, 'invalid_parameters'],
    bad_manifest: [500, 'unknown_error'],
    empty_input: [422, 'invalid_file_format'],
    unsupported_format: [422, 'invalid_file_format'],
    unsupported_variant: [422, 'invalid_file_format'],
    too_large: [422, 'file_too_large'],
    corrupt_image: [422, 'invalid_file_format'],
    needs_codec: [422, 'invalid_file_format'],
    bad_model: [500, 'unknown_error'],
    unsupported_model: [500, 'unknown_error'],
    bad_output: [500, 'unknown_error'],
    encode_failed: [500, 'unknown_error'],
    engine_crashed: [500, 'unknown_error'],
    aborted: [503, 'unknown_error'],
    timeout: [503, 'unknown_error'],
    fetch_failed: [422, 'invalid_file_format'],
    model_fetch_failed: [503, 'unknown_error'],
    model_hash_mismatch: [500, 'unknown_error'],
    engine_unavailable: [503, 'unknown_error'],
    inference_failed: [500, 'unknown_error'],
    read_failed: [422, 'invalid_file_format'],
    write_failed: [500, 'unknown_error'],
    busy: [429, 'unknown_error'],
    internal: [500, 'unknown_error'],
    invalid_request: [400, 'invalid_parameters'],
    body_too_large: [413, 'file_too_large'],
    not_found: [404, 'unknown_error'],
    method_not_allowed: [405, 'unknown_error'],
    expired_link: [403, 'unknown_error'],
    conflict: [400, 'invalid_parameters'],
    unusable_image: [422, 'invalid_file_format'],
    url_refused: [422, 'invalid_parameters'],
    invalid_key: [401, 'unknown_error'],
    expired_key: [401, 'unknown_error'],
    inactive_key: [401, 'unknown_error'],
    no_access: [403, 'unknown_error'],
    no_credits: [402, 'insufficient_credits'],
    consent_required: [403, 'unknown_error'],
    remote_unavailable: [503, 'unknown_error'],
    remote_failed: [502, 'unknown_error'],
    remote_refused: [502, 'unknown_error'],
    remote_needs_public_url: [422, 'invalid_parameters'],
  },

  credential: bearer,
  active: (project) => project.status === 'queued' || project.status === 'rendering',

  async parse(call) {
    const { request, operation, params, query } = call;
    switch (operation) {
      case 'createUploadUrls': return parseUploads(await readJson(request));
      case 'createImageBackgroundRemoval': return parseRemoval(await readJson(request));
      case 'uploadAsset': return { ...params, token: query.get('auth-value') ?? '' };
      case 'downloadOutput': return { ...params, token: query.get('auth-value') ?? '' };
      default: return params;
    }
  },

  run(input, call) {
    return actions[/** @type {keyof typeof actions} */ (call.operation)](input, call);
  },

  async reply(outcome, call) {
    switch (call.operation) {
      case 'createUploadUrls': return jsonResponse(200, {
        items: outcome.map((/** @type {any} */ asset) => ({
          upload_url: `${storageOf(call.base)}/${asset.path}?auth-value=${asset.token}`,
          expires_at: iso(asset.linkEnds),
          file_path: asset.path,
        })),
      });
      case 'uploadAsset': return textResponse(200, '');
      case 'createImageBackgroundRemoval':
        return jsonResponse(200, { id: outcome.id, frame_cost: 0, credits_charged: 0 });
      case 'getImageProject':
        return jsonResponse(200, await describe(outcome, call.base, call.services), source(outcome));
      case 'deleteImageProject': return new Response(null, { status: 204 });
      default: return pictureResponse(outcome.blob, 'image/png', source(outcome.project));
    }
  },

  fail(error, { operation }) {
    const [status] = magicHour.failures[error.code] ?? magicHour.failures.internal;
    if (operation === 'uploadAsset' || operation === 'downloadOutput') {
      return textResponse(status, status === 403 ? 'Request has expired' : error.message);
    }
    const fixed = { 401: 'Unauthorized', 404: 'Not Found' }[status];
    return jsonResponse(status, { message: fixed ?? error.message });
  },

  async work(id, services, signal) {
    const { store } = services;
    const found = await store.get(PROJECTS, id);
    if (!found || !magicHour.active?.(found)) return;
    /** A deleted project keeps the status that the deletion gave it.
     * @param {Record<string, any>} change */
    const save = (change) => update(services, id, (now) => (now.enabled ? change : {}));
    /** @param {string} type @param {any} project */
    const announce = async (type, project) => services.emit(type, { type, payload: await describe(project, project.base, services) });

    if (signal.reason?.detail?.shutdown) return; // the next life goes on
    if (signal.aborted) { await save({ status: 'canceled' }); return; } // while it waited
    const project = await save({ status: 'rendering' });
    await announce('image.started', project);
    try {
      const [result] = await services.remover.work({
        dialect: 'magic-hour',
        items: [{
          id, action: 'remove', name: project.name, options: { format: 'png' },
          image: () => open(project.image, services, signal),
          ...(project.backdrop && { backdrop: () => open(project.backdrop, services, signal) }),
        }],
        trace: project.trace,
        remember: async (trace) => { await save({ trace }); },
        signal,
      });
      if (result instanceof ShimError) throw result;
      await store.write(`${PROJECTS}.${id}.png`, result.blob);
      const done = await save({ status: 'complete', report: result.report, source: result.source });
      services.emit('cutaway-report', { dialect: 'magic-hour', id, report: result.report });
      if (done.enabled) await announce('image.completed', done);
      else await store.erase(`${PROJECTS}.${id}.png`);
    } catch (thrown) {
      const error = asShimError(thrown);
      if (signal.reason?.detail?.shutdown) return;
      if (signal.aborted) { await save({ status: 'canceled' }); return; } // the vendor has no event for it
      const [, code] = magicHour.failures[error.code] ?? magicHour.failures.internal;
      const failed = await save({ status: 'error', error: { code, message: error.message }, report: { error: error.code, ...error.detail } });
      if (failed.enabled) await announce('image.errored', failed);
    }
  },

  async sweep({ store }, now) {
    const unfinished = (await store.list(PROJECTS)).filter((project) => magicHour.active?.(project));
    const needed = new Set(unfinished.flatMap(({ image, backdrop }) => [image.asset, backdrop?.asset]));
    for (const asset of await store.list(ASSETS)) {
      const ends = asset.bytes === null ? asset.linkEnds : asset.created + ASSET_MS;
      if (now > ends && !needed.has(asset.id)) {
        await store.remove(ASSETS, asset.id);
        await store.erase(`${ASSETS}.${asset.id}`);
      }
    }
  },
};

/** @param {string} base the storage host belongs to the API host */
const storageOf = (base) => (base === magicHour.hosts[0] ? STORAGE : base);

/** @param {any} project @returns {Record<string, string>} */
const source = (project) => (project.source ? { 'x-cutaway-source': project.source } : {});

/** @param {Record<string, any>} body */
function parseUploads({ items }) {
  if (!Array.isArray(items)) throw invalid('items', 'items must be an array');
  if (items.length < 1 || items.length > MAX_ITEMS) throw invalid('items', `items must hold 1 to ${MAX_ITEMS} entries`);
  items.forEach((item, i) => {
    if (!isObject(item)) throw invalid(`items[${i}]`, `items[${i}] must be an object`);
    if (!['video', 'audio', 'image'].includes(item.type)) {
      throw invalid(`items[${i}].type`, `items[${i}].type must be one of video, audio, image`);
    }
    if (typeof item.extension !== 'string' || !/^[a-z0-9]+$/.test(item.extension)) {
      throw invalid(`items[${i}].extension`, `items[${i}].extension must be letters and digits without a dot`);
    }
  });
  for (const { type, extension } of items) {
    if (type !== 'image') {
      throw new ShimError('unusable_image', `'${type}' files are not served here, only images`);
    }
    if (!EXTENSIONS.includes(extension)) {
      throw new ShimError('unusable_image', `'${extension.slice(0, 20)}' is an invalid image extension. Possible extensions are '${EXTENSIONS.join(', ')}'`);
    }
  }
  return items;
}

/** @param {Record<string, any>} body */
function parseRemoval({ name, assets }) {
  if (name !== undefined && typeof name !== 'string') throw invalid('name', 'name must be a string');
  if (!isObject(assets)) throw invalid('assets', 'assets must be an object');
  const { image_file_path: image, background_image_file_path: backdrop } = assets;
  if (typeof image !== 'string' || image === '') {
    throw invalid('assets.image_file_path', 'assets.image_file_path must be a string');
  }
  if (backdrop !== undefined && (typeof backdrop !== 'string' || backdrop === '')) {
    throw invalid('assets.background_image_file_path', 'assets.background_image_file_path must be a string');
  }
  return { name, image, backdrop };
}

/** @type {Record<string, (input: any, call: import('../../../types.js').Call) => Promise<any>>} */
const actions = {
  async createUploadUrls(items, { services: { store, clock } }) {
    const made = [];
    for (const { extension } of items) {
      const id = `c${randomText(24)}`;
      const created = clock.stamp();
      const asset = {
        id, path: `api-assets/${id}/${randomText(8)}.${extension}`, token: randomText(32),
        created, linkEnds: created + UPLOAD_LINK_MS, bytes: null,
      };
      await store.put(ASSETS, asset);
      made.push(asset);
    }
    return made;
  },

  async uploadAsset({ asset: id, file, token }, { request, services }) {
    const { store, clock, limits } = services;
    const asset = await find(store, ASSETS, id);
    const valid = asset && asset.path === `api-assets/${id}/${file}` && asset.token === token && clock.now() < asset.linkEnds;
    if (!valid) {
      await request.body?.cancel().catch(() => {});
      throw new ShimError('expired_link');
    }
    const bytes = await store.write(`${ASSETS}.${id}`, limitedBody(request, limits.uploadBytes));
    await store.put(ASSETS, { ...asset, bytes });
  },

  async createImageBackgroundRemoval({ name, image, backdrop }, { services, base }) {
    const { store, clock, queue } = services;
    const place = queue.reserve();
    try {
      const created = clock.stamp();
      const project = {
        id: `c${randomText(24)}`, name: name ?? `Background Remover - ${iso(created)}`, status: 'queued', created,
        enabled: true, base, owner: store.owner, error: null, links: [],
        image: await resolve(image, services),
        backdrop: backdrop === undefined ? null : await resolve(backdrop, services),
      };
      await store.put(PROJECTS, project);
      services.launch(magicHour, project.id, place);
      return project;
    } catch (error) {
      place.release();
      throw error;
    }
  },

  async getImageProject({ id }, { services }) {
    const project = await find(services.store, PROJECTS, id);
    if (!project) throw new ShimError('not_found');
    await services.adopt(magicHour, project);
    return project;
  },

  async deleteImageProject({ id }, { services }) {
    const { store } = services;
    const project = await find(store, PROJECTS, id);
    if (!project) throw new ShimError('not_found');
    // Kept without its picture, so that GET can say enabled: false.
    await update(services, id, (now) => ({ enabled: false, ...(magicHour.active?.(now) && { status: 'canceled' }) }));
    services.halt(magicHour, id);
    services.dropUrl(`${PROJECTS}.${id}.png`);
    await store.erase(`${PROJECTS}.${id}.png`);
  },

  async downloadOutput({ id, token }, { services: { store, clock } }) {
    const project = await find(store, PROJECTS, id);
    const link = project?.links.find((/** @type {any} */ one) => one.token === token && one.ends > clock.now());
    const blob = link && project.enabled ? await store.read(`${PROJECTS}.${id}.png`) : undefined;
    if (!blob) throw new ShimError('expired_link');
    return { blob, project };
  },
};

/**
 * A record by an id from outside, which may be any text.
 * @param {import('../../../store/memory.js').Store} store @param {string} shelf @param {string} id
 */
const find = async (store, shelf, id) => (/^c[a-z0-9]{24}$/.test(id) ? store.get(shelf, id) : undefined);

/**
 * What a *_file_path names, as {asset}, {result} or {url}. What can be told at
 * once to be useless is refused at once.
 * @param {string} path @param {import('../../../types.js').Services} services
 */
async function resolve(path, services) {
  const { store, inputs } = services;
  const unusable = () => new ShimError('unusable_image', 'Unable to create image');
  const [, id] = /^api-assets\/(c[a-z0-9]{24})\/[^/]+$/.exec(path) ?? [];
  if (id) {
    const asset = await store.get(ASSETS, id);
    const blob = asset?.path === path ? await store.read(`${ASSETS}.${id}`) : undefined;
    if (!blob || !sniff(new Uint8Array(await blob.slice(0, 32).arrayBuffer()))) throw unusable();
    return { asset: id };
  }
  const url = parseUrl(path);
  if (!url) throw unusable();
  if (url.origin === 'https://magichour.ai' && url.pathname === '/my-library') {
    const wanted = url.searchParams.get('imageId') ?? '';
    if (!(await store.has(`${PROJECTS}.${wanted}.png`))) throw unusable();
    return { result: wanted };
  }
  if (url.protocol === 'blob:' || url.protocol === 'data:') {
    // Taken now: the page may revoke the address before the job runs.
    const blob = await fetchPicture(url, inputs).catch(() => { throw unusable(); });
    return { asset: await keep(blob, services) };
  }
  const extension = /\.([a-z0-9]+)$/i.exec(url.pathname)?.[1].toLowerCase() ?? '';
  if (!/^https?:$/.test(url.protocol) || !EXTENSIONS.includes(extension)) throw unusable();
  return { url: url.href };
}

/** @param {Blob} blob @param {import('../../../types.js').Services} services */
async function keep(blob, { store, clock }) {
  const created = clock.stamp();
  const id = `c${randomText(24)}`;
  await store.write(`${ASSETS}.${id}`, blob);
  await store.put(ASSETS, { id, path: `api-assets/${id}/${randomText(8)}`, token: '', created, linkEnds: created, bytes: blob.size });
  return id;
}

/**
 * The picture that resolve() named.
 * @param {{ asset?: string, result?: string, url?: string }} place
 * @param {import('../../../types.js').Services} services @param {AbortSignal} signal
 */
async function open({ asset, result, url }, { store, inputs }, signal) {
  if (url) return fetchPicture(url, inputs, { signal });
  const blob = await store.read(asset ? `${ASSETS}.${asset}` : `${PROJECTS}.${result}.png`);
  if (!blob) throw new ShimError('read_failed', 'The picture has been removed.');
  const format = sniff(new Uint8Array(await blob.slice(0, 32).arrayBuffer()));
  return format ? blob.slice(0, blob.size, MIME[format]) : blob;
}

/**
 * The project as GET and the events show it. A fresh link is made when the
 * newest is over an hour old, so that links given out keep to their day.
 * @param {any} project @param {string} base @param {import('../../../types.js').Services} services
 */
async function describe(project, base, services) {
  const { id, name, status, created, enabled, error } = project;
  const downloads = [];
  if (status === 'complete' && enabled) {
    const link = await freshLink(project, services);
    const url = services.blobUrls ? await services.objectUrl(`${PROJECTS}.${id}.png`) : undefined;
    downloads.push({ url: url ?? `${storageOf(base)}/${id}/output.png?auth-value=${link.token}`, expires_at: iso(link.ends) });
  }
  return {
    id, name, status, image_count: 1, type: 'BACKGROUND_REMOVER', created_at: iso(created), enabled,
    total_frame_cost: 0, credits_charged: 0, downloads, error,
  };
}

/**
 * Changes a project under its lock: a job, a deletion and a poll may meet.
 * @param {import('../../../types.js').Services} services @param {string} id
 * @param {(now: any) => Record<string, any>} change
 * @returns {Promise<any>} the project as it is then
 */
function update({ store, locked }, id, change) {
  return locked(`${PROJECTS} ${id}`, async () => {
    const now = await store.get(PROJECTS, id);
    const next = { ...now, ...change(now) };
    await store.put(PROJECTS, next);
    return next;
  });
}

/** @param {any} project @param {import('../../../types.js').Services} services */
async function freshLink(project, services) {
  const now = services.clock.now();
  /** @param {any[]} links */
  const fresh = (links) => (links.at(-1)?.ends > now + DOWNLOAD_LINK_MS - HOUR ? links.at(-1) : undefined);
  const { links } = fresh(project.links) ? project : await update(services, project.id, ({ links: given }) => (fresh(given) ? {} : {
    links: [...given.filter((/** @type {any} */ one) => one.ends > now), { token: randomText(32), ends: now + DOWNLOAD_LINK_MS }],
  }));
  return links.at(-1);
}
