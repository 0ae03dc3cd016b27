/**
 * The conversation with the vendor's own service.
 *
 * @module shim/dialects/img-processing/remote
 */
import { remoteId } from '../../remote/client.js';
import { extensionOf } from '../../remote/flow.js';
import { VENDOR } from './routes.js';

/** @type {import('../../remote/flow.js').Remote} */
export const remote = {
  baseUrl: VENDOR,
  keyVariable: 'IMG_PROCESSING_API_KEY',
  credential: (key) => ['x-api-key', key],
  idempotent: false,
  formats: ['png', 'jpeg', 'webp'],
  refuses: () => undefined,

  async create({ client, items: [item], paying, signal }) {
    const form = new FormData();
    const image = await item.image();
    form.append('name', item.name ?? 'image');
    form.append('image', image, `image.${extensionOf(image)}`);
    await paying(); // every 201 counts, the upload's too
    const uploaded = await client.json('POST', '/v1/images/upload', { form, once: true, signal });
    const path = `/v1/images/${remoteId(uploaded.id)}`;
    const made =
      item.action === 'convert'
        ? await client.json('POST', `${path}/convert`, {
            once: true,
            signal,
            json: { format: item.options.format, ...(item.options.quality && { quality: item.options.quality }) },
          })
        : await client.json('POST', `${path}/remove-background`, { once: true, signal, json: {} });
    return remoteId(made.id);
  },

  async follow({ client, items: [item], signal }, id) {
    return [await client.downloadOwn(`/v1/images/${id}/download`, item.options.format, signal)];
  },
};
