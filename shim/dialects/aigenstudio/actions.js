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
import { JOBS, KEYS, fetchSource } from './jobs.js';
import { secretOf } from './webhook.js';

/** @type {Record<string, (input: any, call: import('../../types.js').Call) => Promise<any>>} */
export const actions = {
  /** A new job, the earlier one of the same Idempotency-Key, or a conflict. */
  removeBackground({ name, body, sources, background, format, copies, webhook }, { services, key, base }) {
    const { store, clock, locked } = services;
    const { scope, sandbox } = ownerOf(key);
    const keyId = hex(sha256(`${scope} ${name}`));
    const digest = hex(sha256(canonicalJson(body)));
    // One at a time per key: of two equal requests at once, one makes the job.
    return locked(keyId, async () => {
      const known = await store.get(KEYS, keyId);
      const earlier = known && (await store.get(JOBS, known.job));
      if (earlier) {
        if (known.digest !== digest) throw new ShimError('conflict');
        await services.takeOver(earlier);
        return { job: earlier, fresh: false };
      }
      const job = await services.accept(async () => {
        const created = clock.stamp();
        const id = uuid();
        const input = [];
        for (const [i, { url, external }] of sources.entries()) {
          const here = url.protocol === 'blob:' || url.protocol === 'data:';
          // Taken now: the page may revoke the address before the job runs.
          if (here) await store.write(`${JOBS}.${id}.source${i}`, await fetchSource(url, services));
          input.push({
            url: here ? `${url.protocol}${url.protocol === 'blob:' ? url.pathname : ''}` : url.href,
            external,
            here,
          });
        }
        const made = {
          id,
          scope,
          sandbox,
          keyId,
          base,
          status: 'queued',
          created,
          updated: created,
          completed: null,
          owner: store.owner,
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
        // The job first: a key without a job would make its retry a new job.
        await store.put(JOBS, made);
        await store.put(KEYS, { id: keyId, job: id, digest, created });
        if (webhook) services.secret(id, secretOf(key));
        return made;
      });
      return { job, fresh: true };
    });
  },

  async getJob({ id }, { services, key }) {
    const job = /^[0-9a-f-]{36}$/.test(id) ? await services.store.get(JOBS, id) : undefined;
    if (job?.scope !== ownerOf(key).scope) throw new ShimError('not_found', 'No such job.');
    await services.takeOver(job);
    return job;
  },

  async listJobs({ api, status, limit, before }, { services: { store }, key }) {
    const { scope } = ownerOf(key);
    const fits = (await store.list(JOBS)).filter(
      (job) =>
        job.scope === scope &&
        job.created < before &&
        (status === undefined || job.status === status) &&
        (api === undefined || api === 'remove_background'),
    );
    const jobs = fits.slice(0, limit);
    return { jobs, next: fits.length > limit ? iso(jobs[limit - 1].created) : null };
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
    const blob = job?.token === token ? await store.read(`${JOBS}.${id}.${Number(index)}`) : undefined;
    if (!blob) throw new ShimError('not_found', 'No such result.');
    return {
      blob: blob.slice(0, blob.size, /** @type {Record<string, string>} */ (MIME)[job.format]),
      source: job.results.find((/** @type {any} */ r) => r.input === Number(index))?.source,
    };
  },
};

/** Whose job it is: environment and key. The key itself is never kept, and
 * this is not the digest that signs webhooks. @param {string} key */
function ownerOf(key) {
  const environment = key.startsWith('aigen_live_') ? 'live' : 'test';
  return {
    sandbox: environment === 'test',
    scope: `${environment}-${hex(sha256(`cutaway job owner ${key}`)).slice(0, 16)}`,
  };
}
