/**
 * The conversation with the vendor's own service.
 *
 * @module shim/dialects/magic-hour/remote
 */
import { ShimError } from '../../errors.js';
import { isObject } from '../../http.js';
import { remoteId } from '../../remote/client.js';
import { extensionOf, poll } from '../../remote/flow.js';
import { API } from './routes.js';

/** @type {import('../../remote/flow.js').Remote} */
export const remote = {
  baseUrl: API,
  keyVariable: 'MAGIC_HOUR_API_KEY',
  credential: (key) => ['authorization', `Bearer ${key}`],
  idempotent: false,
  formats: ['png', 'jpeg', 'webp', 'heic', 'avif', 'jp2', 'tiff', 'bmp'],
  refuses: () => undefined,

  async create({ client, items: [item], paying, signal }) {
    // The bytes that are here are sent, not the address: the remote may see
    // another picture there, or none.
    const pictures = await Promise.all(
      [item.image, ...(item.backgroundImage ? [item.backgroundImage] : [])].map((get) => get()),
    );
    const slots = await client.json('POST', '/v1/files/upload-urls', {
      json: { items: pictures.map((blob) => ({ type: 'image', extension: extensionOf(blob) })) },
      signal,
    });
    if (
      !Array.isArray(slots.items) ||
      slots.items.length !== pictures.length ||
      !slots.items.every((slot) => isObject(slot) && typeof slot.file_path === 'string')
    ) {
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
