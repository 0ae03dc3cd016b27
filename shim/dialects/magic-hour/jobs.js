/**
 * Projects: what is on record, the work on one, and how long things are kept.
 *
 * @module shim/dialects/magic-hour/jobs
 */
import { ShimError, asShimError } from '../../errors.js';
import { fetchInput } from '../../fetch-url.js';
import { iso, randomText } from '../../ids.js';
import { MIME, sniff } from '../../image-header.js';
import { isShutdown } from '../../records.js';
import { failures } from './failures.js';
import { storageOf } from './routes.js';

export const ASSETS = 'mh-assets';
export const PROJECTS = 'mh-projects';
export const HOUR = 3600e3;
const ASSET_MS = 7 * 24 * HOUR; // vendor: uploads are kept 7 days
const DOWNLOAD_LINK_MS = 24 * HOUR; // vendor: links live 24 hours

/** @param {any} project */
export const active = (project) => project.status === 'queued' || project.status === 'rendering';

/** When an upload may be cleared away. @param {any} asset */
export const assetEnds = ({ created, bytes, linkEnds }) => (bytes === null ? linkEnds : created + ASSET_MS);

export const ends = { [ASSETS]: assetEnds, [PROJECTS]: () => undefined };

/** A project that came to nothing, and its event.
 * @param {string} id @param {import('../../types.js').Services} services @param {ShimError} error */
async function fail(id, services, error) {
  const [, code] = failures[error.code] ?? failures.internal;
  const failed = await services.update(PROJECTS, id, (now) => ({
    queue: undefined,
    ...(now.enabled && {
      status: 'error',
      error: { code, message: error.message },
      report: { error: error.code, ...error.detail },
    }),
  }));
  if (failed?.enabled) await announce('image.errored', failed, services);
}

/** @param {string} type @param {any} project @param {import('../../types.js').Services} services */
const announce = async (type, project, services) =>
  services.emit(type, { type, payload: await describe(project, project.base, services) });

/** @type {import('../../types.js').Jobs} */
export const jobs = {
  fail,
  collection: PROJECTS,
  active,

  /** One picture; a deletion or a cancel may come at any moment. */
  async work(id, services, signal) {
    const { store } = services;
    const found = await store.get(PROJECTS, id);
    if (!found || !active(found)) return;
    /** A deleted project keeps the status that the deletion gave it.
     * @param {Record<string, any>} change */
    const save = (change) =>
      services.update(PROJECTS, id, (now) => (now.enabled ? change : { queue: change.queue ?? now.queue }));
    const over = { queue: undefined }; // goes with the last write

    if (isShutdown(signal)) return;
    if (signal.aborted) {
      await save({ ...over, status: 'canceled' });
      return;
    } // while it waited
    const project = await save({ status: 'rendering' });
    await announce('image.started', project, services);
    try {
      const [result] = await services.remove({
        items: [
          {
            id,
            action: 'remove',
            name: project.name,
            options: { format: 'png', ...(project.backdrop && { fit: 'stretch' }) },
            image: () => open(project.image, project.base, services, signal),
            ...(project.backdrop && { backgroundImage: () => open(project.backdrop, project.base, services, signal) }),
          },
        ],
        trace: project.trace,
        remember: async (trace) => {
          await save({ trace });
        },
        signal,
      });
      if (result instanceof ShimError) throw result;
      await store.write(`${PROJECTS}.${id}.png`, result.blob);
      const done = await save({ ...over, status: 'complete', report: result.report, source: result.source });
      services.emitReport(id, result.report);
      if (done.enabled) await announce('image.completed', done, services);
      else await store.erase(`${PROJECTS}.${id}.png`);
    } catch (thrown) {
      if (isShutdown(signal)) return;
      if (signal.aborted)
        await save({ ...over, status: 'canceled' }); // the vendor has no event for it
      else await fail(id, services, asShimError(thrown));
    }
  },
};

/** @param {import('../../types.js').Services} services @param {number} now */
export async function sweep({ store }, now) {
  const ended = await store.list(ASSETS, { expired: now });
  if (ended.length === 0) return;
  const unfinished = await store.list(PROJECTS, { status: ['queued', 'rendering'] });
  const needed = new Set(unfinished.flatMap(({ image, backdrop }) => [image.asset, backdrop?.asset]));
  for (const asset of ended) {
    if (needed.has(asset.id)) continue;
    await store.remove(ASSETS, asset.id);
    await store.erase(`${ASSETS}.${asset.id}`);
  }
}

/**
 * The picture that resolve() named.
 * @param {{ asset?: string, result?: string, url?: string }} place @param {string} base
 * @param {import('../../types.js').Services} services @param {AbortSignal} signal
 */
async function open({ asset, result, url }, base, { store, inputsFor }, signal) {
  if (url) return fetchInput(url, inputsFor(base), { signal });
  const blob = await store.read(asset ? `${ASSETS}.${asset}` : `${PROJECTS}.${result}.png`);
  if (!blob) throw new ShimError('read_failed', 'The picture has been removed.');
  const format = sniff(new Uint8Array(await blob.slice(0, 32).arrayBuffer()));
  return format ? blob.slice(0, blob.size, MIME[format]) : blob;
}

/**
 * The project as GET and the events show it. A fresh link is made when the
 * newest is over an hour old, so that links given out keep to their day.
 * @param {any} project @param {string} base @param {import('../../types.js').Services} services
 */
export async function describe(project, base, services) {
  const { id, name, status, created, enabled, error } = project;
  const downloads = [];
  if (status === 'complete' && enabled) {
    const link = await freshLink(project, services);
    const url = services.blobUrls ? await services.objectUrl(`${PROJECTS}.${id}.png`) : undefined;
    downloads.push({
      url: url ?? `${storageOf(base)}/${id}/output.png?auth-value=${link.token}`,
      expires_at: iso(link.ends),
    });
  }
  return {
    id,
    name,
    status,
    image_count: 1,
    type: 'BACKGROUND_REMOVER',
    created_at: iso(created),
    enabled,
    total_frame_cost: 0,
    credits_charged: 0,
    downloads,
    error,
  };
}

/** @param {any} project @param {import('../../types.js').Services} services */
async function freshLink(project, services) {
  const now = services.clock.now();
  /** @param {any[]} links */
  const fresh = (links) => (links.at(-1)?.ends > now + DOWNLOAD_LINK_MS - HOUR ? links.at(-1) : undefined);
  const { links } = fresh(project.links)
    ? project
    : await services.update(PROJECTS, project.id, ({ links: given }) =>
        fresh(given)
          ? {}
          : {
              links: [
                ...given.filter((/** @type {any} */ one) => one.ends > now),
                { token: randomText(32), ends: now + DOWNLOAD_LINK_MS },
              ],
            },
      );
  return links.at(-1);
}
