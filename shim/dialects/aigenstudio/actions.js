/**
 * What each operation does.
 *
 * @module shim/dialects/aigenstudio/actions
 */
import { ShimError } from '../../errors.js';
import { canonicalJson } from '../../http.js';
import { iso, randomText, uuid } from '../../ids.js';
import { MIME } from '../../image-header.js';
import { hex, sha256 } from '../../sha256.js';
import { JOBS, JOB_MS, KEYS, fetchSource } from './jobs.js';
import { secretOf } from './webhook.js';

/** @type {Record<string, (input: any, call: import('../../types.js').Call) => Promise<any>>} */
export const actions = {
  /** A new job, the earlier one of the same Idempotency-Key, or a conflict. */
  async removeBackground(input, call) {
    const { services } = call;
    const { store } = services;
    const { scope } = ownerOf(call);
    const keyId = hex(sha256(`${scope} ${input.name}`));
    const digest = hex(sha256(canonicalJson(input.body)));
    for (;;) {
      const known = await store.get(KEYS, keyId);
      const earlier = known && (await store.get(JOBS, known.job));
      if (earlier) {
        if (known.digest !== digest) throw new ShimError('conflict');
        await services.takeOver(earlier);
        return { job: earlier, fresh: false };
      }
      if (known) await store.remove(KEYS, keyId); // its job is gone
      const job = await start(input, keyId, digest, call).catch((error) => {
        if (error !== TAKEN) throw error;
      });
      if (job) return { job, fresh: true };
    }
  },

  async getJob({ id }, call) {
    const { services } = call;
    const job = /^[0-9a-f-]{36}$/.test(id) ? await services.store.get(JOBS, id) : undefined;
    if (job?.scope !== ownerOf(call).scope) throw new ShimError('not_found', 'No such job.');
    await services.takeOver(job);
    return job;
  },

  async listJobs({ api, status, limit, before }, call) {
    const { store } = call.services;
    const { scope } = ownerOf(call);
    const ours = api === undefined || api === 'remove_background';
    const jobs = ours ? await store.list(JOBS, { scope, status, before, limit: limit + 1 }) : [];
    const more = jobs.length > limit;
    return { jobs: jobs.slice(0, limit), next: more ? iso(jobs[limit - 1].created) : null };
  },

  async listTools() {
    return [
      {
        id: 'remove_background',
        name: 'Remove Background',
        description: 'Cut the subject out of a photo.',
        endpoint: '/remove-background',
        credits_per_result: 0,
      },
    ];
  },

  async getResult({ job: id, index, token }, { services: { store } }) {
    const job = await store.get(JOBS, id);
    const blob = job?.token === token ? await store.open(`${JOBS}.${id}.${Number(index)}`) : undefined;
    if (!blob) throw new ShimError('not_found', 'No such result.');
    return {
      blob,
      type: /** @type {Record<string, string>} */ (MIME)[job.format],
      source: job.results.find((/** @type {any} */ r) => r.input === Number(index))?.source,
    };
  },
};

/** Another request of the same key was first. */
const TAKEN = new ShimError('conflict');

/**
 * A new job, on record together with its key: neither is there without the other.
 * @param {any} input @param {string} keyId @param {string} digest of the body
 * @param {import('../../types.js').Call} call
 */
function start({ sources, background, format, copies, webhook }, keyId, digest, call) {
  const { services, key, base } = call;
  const { store, clock } = services;
  return services.accept(
    async (queue) => {
      const created = clock.stamp();
      const id = uuid();
      /** @type {any[]} */ const input = [];
      for (const [i, { url, external }] of sources.entries()) {
        const here = url.protocol === 'blob:' || url.protocol === 'data:';
        // Taken now: the page may revoke the address before the job runs.
        if (here) await store.write(`${JOBS}.${id}.source${i}`, await fetchSource(url, services, base));
        input.push({
          url: here ? `${url.protocol}${url.protocol === 'blob:' ? url.pathname : ''}` : url.href,
          external,
          here,
        });
      }
      const job = {
        id,
        ...ownerOf(call),
        keyId,
        base,
        status: 'queued',
        created,
        updated: created,
        expires: created + JOB_MS,
        completed: null,
        owner: store.owner,
        queue,
        background,
        format,
        webhook_url: webhook ?? null,
        token: randomText(32),
        input,
        results: input.flatMap((_, i) =>
          Array.from({ length: copies }, () => ({
            id: uuid(),
            input: i,
            status: 'queued',
            error_code: null,
            error_message: null,
          })),
        ),
      };
      if (webhook) services.secret(id, secretOf(key));
      const made = await store.create([
        [JOBS, job],
        [KEYS, { id: keyId, job: id, digest, created, scope: keyId }],
      ]);
      if (made) return /** @type {typeof job} */ (made[0]);
      for (let i = 0; i < input.length; i++) await store.erase(`${JOBS}.${id}.source${i}`);
      throw TAKEN;
    },
    call,
    sources.length,
  );
}

/** Whose job it is: environment, and account or key. The key itself is never kept, and
 * this is not the digest that signs webhooks. @param {import('../../types.js').Call} call */
function ownerOf({ key, account }) {
  const environment = key.startsWith('aigen_live_') ? 'live' : 'test';
  return {
    sandbox: environment === 'test',
    scope: `${environment}-${account || hex(sha256(`cutaway job owner ${key}`)).slice(0, 16)}`,
  };
}
