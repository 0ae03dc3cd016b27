/**
 * The whole conversation with each remote, from a local picture to a local
 * result. Local ids, paths and blob: addresses mean nothing to a remote, so a
 * fallback replays the flow and not the single request.
 *
 * A flow has two halves. create() prepares what is free, calls `paying()` and
 * then makes the one call that costs something; follow() waits for the result
 * and fetches it, and may be repeated after a restart.
 *
 * @module shim/remote/flow
 */
import { ShimError } from '../errors.js';
import { isObject } from '../http.js';
import { MIME } from '../image-header.js';
import { remoteId, sleep } from './client.js';

/**
 * @typedef {object} Item one picture to work on
 * @property {string} id the caller's own, stable
 * @property {'remove' | 'convert'} action
 * @property {() => Promise<Blob>} image
 * @property {string} [url] the public address the caller gave, if any
 * @property {() => Promise<Blob>} [backdrop] a picture behind the subject
 * @property {{ background?: string, format: 'png' | 'jpeg' | 'webp', quality?: number }} options
 * @property {string} [name]
 *
 * @typedef {{ blob: Blob, report: Record<string, any> } | ShimError} Outcome
 *
 * @typedef {object} Call
 * @property {import('./client.js').RemoteClient} client
 * @property {Item[]} items
 * @property {string} key the same for the whole life of a job
 * @property {() => Promise<void>} paying resolves when the intent is on record
 * @property {AbortSignal} [signal]
 *
 * @typedef {object} Flow
 * @property {(key: string) => [string, string]} credential
 * @property {boolean} idempotent whether create() with the same key may repeat
 * @property {readonly string[]} formats that the remote reads
 * @property {number} most items in one call
 * @property {(item: Item, options: import('./client.js').RemoteOptions) => ShimError | undefined} refuses
 * @property {(call: Call) => Promise<string>} create gives the remote's id
 * @property {(call: Call, id: string) => Promise<Outcome[]>} follow in the order of items
 */

/**
 * Waits for a job, as slowly as the API asks for.
 * @template T
 * @param {Call} call @param {readonly number[]} pace ms before each poll; the last one repeats
 * @param {() => Promise<T | undefined>} look
 * @returns {Promise<T>}
 */
async function poll({ client, signal }, pace, look) {
  for (let n = 0; ; n++) {
    const wait = client.options.pollMs?.(n) ?? pace[Math.min(n, pace.length - 1)];
    await sleep(wait, signal);
    const found = await look();
    if (found !== undefined) return found;
  }
}

/** @type {Flow} */
export const magicHourFlow = {
  credential: (key) => ['authorization', `Bearer ${key}`],
  idempotent: false,
  formats: ['png', 'jpeg', 'webp', 'heic', 'avif', 'jp2', 'tiff', 'bmp'],
  most: 1,
  refuses: () => undefined,

  async create({ client, items: [item], paying, signal }) {
    // The bytes that are here are sent, not the address: the remote may see
    // another picture there, or none.
    const pictures = await Promise.all([item.image, ...(item.backdrop ? [item.backdrop] : [])].map((get) => get()));
    const slots = await client.json('POST', '/v1/files/upload-urls', {
      json: { items: pictures.map((blob) => ({ type: 'image', extension: extensionOf(blob) })) }, signal,
    });
    if (!Array.isArray(slots.items) || slots.items.length !== pictures.length
      || !slots.items.every((slot) => isObject(slot) && typeof slot.file_path === 'string')) {
      throw new ShimError('remote_failed', 'The remote service gave no upload addresses.');
    }
    for (const [i, blob] of pictures.entries()) await client.upload(slots.items[i].upload_url, blob, signal);
    await paying();
    const made = await client.json('POST', '/v1/image-background-remover', {
      once: true,
      signal,
      json: {
        ...(item.name && { name: item.name }),
        assets: {
          image_file_path: slots.items[0].file_path,
          ...(pictures.length > 1 && { background_image_file_path: slots.items[1].file_path }),
        },
      },
    });
    return remoteId(made.id);
  },

  async follow(call, id) {
    const done = await poll(call, [2000, 2500, 3000], async () => {
      const project = await call.client.json('GET', `/v1/image-projects/${id}`, { signal: call.signal });
      return ['complete', 'error', 'canceled'].includes(project.status) ? project : undefined;
    });
    if (done.status !== 'complete') {
      return [new ShimError('remote_failed', `The remote service ended the job as ${done.status}.`)];
    }
    const address = Array.isArray(done.downloads) ? done.downloads[0]?.url : undefined;
    return [await call.client.download(address, 'png', call.signal)];
  },
};

/** @type {Flow} */
export const imgProcessingFlow = {
  credential: (key) => ['x-api-key', key],
  idempotent: false,
  formats: ['png', 'jpeg', 'webp'],
  most: 1,
  refuses: () => undefined,

  async create({ client, items: [item], paying, signal }) {
    const form = new FormData();
    const image = await item.image();
    form.append('name', item.name ?? 'image');
    form.append('image', image, `image.${extensionOf(image)}`);
    await paying(); // every 201 counts, the upload's too
    const uploaded = await client.json('POST', '/v1/images/upload', { form, once: true, signal });
    const path = `/v1/images/${remoteId(uploaded.id)}`;
    const made = item.action === 'convert'
      ? await client.json('POST', `${path}/convert`, {
        once: true, signal, json: { format: item.options.format, ...(item.options.quality && { quality: item.options.quality }) },
      })
      : await client.json('POST', `${path}/remove-background`, { once: true, signal, json: {} });
    return remoteId(made.id);
  },

  async follow({ client, items: [item], signal }, id) {
    return [await client.downloadOwn(`/v1/images/${id}/download`, item.options.format, signal)];
  },
};

/** @type {Flow} */
export const aigenstudioFlow = {
  credential: (key) => ['authorization', `Bearer ${key}`],
  idempotent: true,
  formats: ['png', 'jpeg', 'webp'],
  most: 20,
  refuses: (item, { publish }) => (item.url || publish ? undefined : new ShimError('remote_needs_public_url')),

  async create({ client, items, key, paying, signal }) {
    const { background = 'transparent', format } = items[0].options;
    const input = [];
    for (const item of items) {
      const address = item.url ?? await /** @type {(b: Blob) => Promise<string>} */ (client.options.publish)(await item.image());
      input.push({ image_url: address, external_id: item.id });
    }
    await paying();
    const made = await client.json('POST', '/remove-background', {
      signal,
      headers: { 'idempotency-key': key },
      json: {
        input,
        background: ['transparent', 'white'].includes(background) ? { type: background } : { type: 'color', color: background },
        output: { format: format === 'jpeg' ? 'jpg' : format, number_of_images: 1 },
      },
    });
    return remoteId(made.job?.id);
  },

  async follow(call, id) {
    const { client, items, signal } = call;
    const done = await poll(call, [5000, 10000, 20000, 30000], async () => {
      const answer = await client.json('GET', `/jobs/${id}`, { signal });
      const ended = ['completed', 'failed', 'cancelled', 'partially_completed'].includes(answer.job?.status);
      return ended ? answer : undefined;
    });
    const results = Array.isArray(done.results) ? done.results.filter(isObject) : [];
    return Promise.all(items.map(async (item, i) => {
      // By our own external_id; by place if the remote did not repeat it.
      const result = results.find((r) => r.external_id === item.id) ?? (results.length === items.length ? results[i] : undefined);
      if (result?.status !== 'completed') {
        return new ShimError('remote_failed', 'The remote service could not work on this picture.');
      }
      try {
        return await client.download(result.result_url, item.options.format, signal);
      } catch (error) {
        if (error instanceof ShimError) return error;
        throw error;
      }
    }));
  },
};

/** @param {Blob} blob whose type was set from its bytes */
function extensionOf(blob) {
  const format = Object.entries(MIME).find(([, type]) => type === blob.type)?.[0];
  if (!format) throw new ShimError('unsupported_format', 'This is not a picture of a known format.');
  return format === 'jpeg' ? 'jpg' : format;
}
