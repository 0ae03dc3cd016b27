/**
 * What each operation does.
 *
 * @module shim/dialects/magic-hour/actions
 */
import { ShimError } from '../../errors.js';
import { fetchInput } from '../../fetch-url.js';
import { limitedBody, parseUrl } from '../../http.js';
import { iso, randomText } from '../../ids.js';
import { sniff } from '../../image-header.js';
import { ASSETS, HOUR, PROJECTS, active, assetEnds } from './jobs.js';
import { EXTENSIONS } from './requests.js';

const UPLOAD_LINK_MS = HOUR; // our choice

/** @type {Record<string, (input: any, call: import('../../types.js').Call) => Promise<any>>} */
export const actions = {
  async createUploadUrls(items, { account, services: { store, clock } }) {
    const made = [];
    for (const { extension } of items) {
      const id = `c${randomText(24)}`;
      const created = clock.stamp();
      const asset = {
        id,
        path: `api-assets/${id}/${randomText(8)}.${extension}`,
        token: randomText(32),
        created,
        scope: account,
        linkEnds: created + UPLOAD_LINK_MS,
        expires: created + UPLOAD_LINK_MS,
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
    await services.update(ASSETS, id, (now) => ({ bytes, expires: assetEnds({ ...now, bytes }) }));
  },

  createImageBackgroundRemoval({ name, image, backgroundImage }, call) {
    const { services, base, account } = call;
    const { store, clock } = services;
    return services.accept(async (queue) => {
      const created = clock.stamp();
      const project = {
        id: `c${randomText(24)}`,
        name: name ?? `Background Remover - ${iso(created)}`,
        status: 'queued',
        created,
        scope: account,
        enabled: true,
        base,
        owner: store.owner,
        queue,
        error: null,
        links: [],
        image: await resolve(image, call),
        backdrop: backgroundImage === undefined ? null : await resolve(backgroundImage, call),
      };
      const [made] = (await store.create([[PROJECTS, project]])) ?? [];
      return /** @type {typeof project} */ (made);
    }, call);
  },

  async getImageProject({ id }, { account, services }) {
    const project = await find(services.store, PROJECTS, id, account);
    if (!project) throw new ShimError('not_found');
    await services.takeOver(project);
    return project;
  },

  async deleteImageProject({ id }, { account, services }) {
    const { store } = services;
    const project = await find(store, PROJECTS, id, account);
    if (!project) throw new ShimError('not_found');
    // The picture first: on a full disk that makes room for the rest.
    services.dropUrl(`${PROJECTS}.${id}.png`);
    await store.erase(`${PROJECTS}.${id}.png`);
    // Kept without it, so that GET can say enabled: false.
    await services.update(PROJECTS, id, (now) => ({
      enabled: false,
      ...(active(now) && { status: 'canceled' }),
    }));
    services.halt(id);
    await store.erase(`${PROJECTS}.${id}.png`); // it may have been written meanwhile
  },

  async downloadOutput({ id, token }, { services: { store, clock } }) {
    const project = await find(store, PROJECTS, id);
    const link = project?.links.find((/** @type {any} */ one) => one.token === token && one.ends > clock.now());
    const blob = link && project.enabled ? await store.open(`${PROJECTS}.${id}.png`) : undefined;
    if (!blob) throw new ShimError('expired_link');
    return { blob, project };
  },
};

/**
 * A record by an id from outside, which may be any text.
 * @param {import('../../store/memory.js').Store} store @param {string} collection @param {string} id
 * @param {string} [account] whose it must be; not where a token says who may
 */
async function find(store, collection, id, account) {
  const record = /^c[a-z0-9]{24}$/.test(id) ? await store.get(collection, id) : undefined;
  return account === undefined || (record?.scope ?? '') === account ? record : undefined;
}

/**
 * What a *_file_path names, as {asset}, {result} or {url}. What can be told at
 * once to be useless is refused at once.
 * @param {string} path @param {import('../../types.js').Call} call
 */
async function resolve(path, { services, account }) {
  const { store, inputs } = services;
  const unusable = () => new ShimError('unusable_image', 'Unable to create image');
  const [, id] = /^api-assets\/(c[a-z0-9]{24})\/[^/]+$/.exec(path) ?? [];
  if (id) {
    const asset = await find(store, ASSETS, id, account);
    const start = asset?.path === path ? await store.read(`${ASSETS}.${id}`, 32) : undefined;
    if (!start || !sniff(new Uint8Array(await start.arrayBuffer()))) throw unusable();
    return { asset: id };
  }
  const url = parseUrl(path);
  if (!url) throw unusable();
  if (url.origin === 'https://magichour.ai' && url.pathname === '/my-library') {
    const wanted = url.searchParams.get('imageId') ?? '';
    const earlier = await find(store, PROJECTS, wanted, account);
    if (!earlier?.enabled || !(await store.has(`${PROJECTS}.${wanted}.png`))) throw unusable();
    return { result: wanted };
  }
  if (url.protocol === 'blob:' || url.protocol === 'data:') {
    // Taken now: the page may revoke the address before the job runs.
    const blob = await fetchInput(url, inputs).catch(() => {
      throw unusable();
    });
    return { asset: await keep(blob, services, account) };
  }
  const extension = /\.([a-z0-9]+)$/i.exec(url.pathname)?.[1].toLowerCase() ?? '';
  if (!/^https?:$/.test(url.protocol) || !EXTENSIONS.includes(extension)) throw unusable();
  return { url: url.href };
}

/** @param {Blob} blob @param {import('../../types.js').Services} services @param {string} account */
async function keep(blob, { store, clock }, account) {
  const created = clock.stamp();
  const id = `c${randomText(24)}`;
  await store.write(`${ASSETS}.${id}`, blob);
  await store.put(ASSETS, {
    id,
    path: `api-assets/${id}/${randomText(8)}`,
    token: '',
    created,
    scope: account,
    linkEnds: created,
    expires: assetEnds({ created, bytes: blob.size }),
    bytes: blob.size,
  });
  return id;
}
