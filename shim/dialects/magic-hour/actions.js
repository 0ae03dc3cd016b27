/**
 * What each operation does.
 *
 * @module shim/dialects/magic-hour/actions
 */
import { ShimError } from '../../errors.js';
import { fetchPicture } from '../../fetch-url.js';
import { limitedBody, parseUrl } from '../../http.js';
import { iso, randomText } from '../../ids.js';
import { sniff } from '../../image-header.js';
import { updateRecord } from '../../records.js';
import { ASSETS, HOUR, PROJECTS, active } from './jobs.js';
import { EXTENSIONS } from './requests.js';

const UPLOAD_LINK_MS = HOUR; // our choice

/** @type {Record<string, (input: any, call: import('../../types.js').Call) => Promise<any>>} */
export const actions = {
  async createUploadUrls(items, { services: { store, clock } }) {
    const made = [];
    for (const { extension } of items) {
      const id = `c${randomText(24)}`;
      const created = clock.stamp();
      const asset = {
        id,
        path: `api-assets/${id}/${randomText(8)}.${extension}`,
        token: randomText(32),
        created,
        linkEnds: created + UPLOAD_LINK_MS,
        bytes: null,
      };
      await store.put(ASSETS, asset);
      made.push(asset);
    }
    return made;
  },

  async uploadAsset({ asset: id, file, token }, { request, services }) {
    const { store, clock, limits } = services;
    const asset = await find(store, ASSETS, id);
    const valid =
      asset && asset.path === `api-assets/${id}/${file}` && asset.token === token && clock.now() < asset.linkEnds;
    if (!valid) {
      await request.body?.cancel().catch(() => {});
      throw new ShimError('expired_link');
    }
    const bytes = await store.write(`${ASSETS}.${id}`, limitedBody(request, limits.uploadBytes));
    await store.put(ASSETS, { ...asset, bytes });
  },

  createImageBackgroundRemoval({ name, image, backgroundImage }, { services, base }) {
    const { store, clock } = services;
    return services.accept(async () => {
      const created = clock.stamp();
      const project = {
        id: `c${randomText(24)}`,
        name: name ?? `Background Remover - ${iso(created)}`,
        status: 'queued',
        created,
        enabled: true,
        base,
        owner: store.owner,
        error: null,
        links: [],
        image: await resolve(image, services),
        backdrop: backgroundImage === undefined ? null : await resolve(backgroundImage, services),
      };
      await store.put(PROJECTS, project);
      return project;
    });
  },

  async getImageProject({ id }, { services }) {
    const project = await find(services.store, PROJECTS, id);
    if (!project) throw new ShimError('not_found');
    await services.takeOver(project);
    return project;
  },

  async deleteImageProject({ id }, { services }) {
    const { store } = services;
    const project = await find(store, PROJECTS, id);
    if (!project) throw new ShimError('not_found');
    // Kept without its picture, so that GET can say enabled: false.
    await updateRecord(services, PROJECTS, id, (now) => ({
      enabled: false,
      ...(active(now) && { status: 'canceled' }),
    }));
    services.halt(id);
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
 * @param {import('../../store/memory.js').Store} store @param {string} collection @param {string} id
 */
const find = async (store, collection, id) => (/^c[a-z0-9]{24}$/.test(id) ? store.get(collection, id) : undefined);

/**
 * What a *_file_path names, as {asset}, {result} or {url}. What can be told at
 * once to be useless is refused at once.
 * @param {string} path @param {import('../../types.js').Services} services
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
    const blob = await fetchPicture(url, inputs).catch(() => {
      throw unusable();
    });
    return { asset: await keep(blob, services) };
  }
  const extension = /\.([a-z0-9]+)$/i.exec(url.pathname)?.[1].toLowerCase() ?? '';
  if (!/^https?:$/.test(url.protocol) || !EXTENSIONS.includes(extension)) throw unusable();
  return { url: url.href };
}

/** @param {Blob} blob @param {import('../../types.js').Services} services */
async function keep(blob, { store, clock }) {
  const created = clock.stamp();
  const id = `c${randomText(24)}`;
  await store.write(`${ASSETS}.${id}`, blob);
  await store.put(ASSETS, {
    id,
    path: `api-assets/${id}/${randomText(8)}`,
    token: '',
    created,
    linkEnds: created,
    bytes: blob.size,
  });
  return id;
}
