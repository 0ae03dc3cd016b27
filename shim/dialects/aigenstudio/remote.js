/**
 * The conversation with the vendor's own service.
 *
 * @module shim/dialects/aigenstudio/remote
 */
import { ShimError } from '../../errors.js';
import { objectsOf } from '../../http.js';
import { remoteId } from '../../remote/client.js';
import { poll } from '../../remote/flow.js';
import { ROOT, VENDOR } from './routes.js';

/** @type {import('../../remote/flow.js').Remote} */
export const remote = {
  baseUrl: VENDOR + ROOT,
  keyVariable: 'AIGENSTUDIO_API_KEY',
  credential: (key) => ['authorization', `Bearer ${key}`],
  idempotent: true,
  formats: ['png', 'jpeg', 'webp'],
  refuses: (item, { publish }) => (item.url || publish ? undefined : new ShimError('remote_needs_public_url')),

  async create({ client, items, key, paying, signal }) {
    const { background = 'transparent', format } = items[0].options;
    const input = [];
    for (const item of items) {
      const address =
        item.url ?? (await /** @type {(b: Blob) => Promise<string>} */ (client.options.publish)(await item.image()));
      input.push({ image_url: address, external_id: item.id });
    }
    await paying();
    const made = await client.json('POST', '/remove-background', {
      signal,
      headers: { 'idempotency-key': key },
      json: {
        input,
        background: ['transparent', 'white'].includes(background)
          ? { type: background }
          : { type: 'color', color: background },
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
    const results = objectsOf(done.results);
    return Promise.all(
      items.map(async (item, i) => {
        // By our own external_id; by place if the remote did not repeat it.
        const result =
          results.find((r) => r.external_id === item.id) ?? (results.length === items.length ? results[i] : undefined);
        if (result?.status !== 'completed') {
          return new ShimError('remote_failed', 'The remote service could not work on this picture.');
        }
        try {
          return await client.download(result.result_url, item.options.format, signal);
        } catch (error) {
          if (error instanceof ShimError) return error;
          throw error;
        }
      }),
    );
  },
};
