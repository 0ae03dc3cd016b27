// The caller's side of the worker, with a worker that the test holds in its hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineClient } from '../../../web/engine/client.js';

/** A client, what it posted, and how its worker answers. */
function held() {
  /** @type {any[]} */
  const posted = [];
  /** @type {(message: any) => void} */
  let answer = () => {};
  const client = new EngineClient(() => ({
    postMessage: (message) => void posted.push(message),
    terminate: () => {},
    listen: (onMessage) => {
      answer = onMessage;
    },
  }));
  return { client, posted, answer: (/** @type {any} */ message) => answer({ heapBytes: 0, ...message }) };
}

test('a job behind a preload is told how far the model is, from the first byte, and who comes late at once', async () => {
  const { client, posted, answer } = held();
  const load = (/** @type {number} */ loaded) => ({ stage: 'load', fraction: loaded / 2e6, loaded, total: 2e6 });
  /** @type {any[]} */ const [first, late, own] = [[], [], []];
  const preload = client.ask('preload', { options: {} });
  const job = client.ask('remove', {}, { onProgress: (progress) => first.push(progress) });
  answer({ id: posted[0].id, type: 'progress', progress: load(1000) });
  assert.deepEqual(first, [{ stage: 'load', fraction: 0.1 * (1000 / 2e6), loaded: 1000, total: 2e6 }]);
  answer({ id: posted[0].id, type: 'progress', progress: load(5e5) });
  const second = client.ask('remove', {}, { onProgress: (progress) => late.push(progress) });
  assert.equal(late.at(-1).loaded, 5e5);
  answer({ id: posted[0].id, type: 'done', value: 'ready' });
  assert.equal(await preload, 'ready');
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(posted[1].type, 'remove');
  answer({ id: posted[1].id, type: 'progress', progress: { stage: 'infer', fraction: 0.5 } });
  assert.equal(first.at(-1).stage, 'infer');
  assert.equal(late.at(-1).stage, 'load', 'a job is told nothing of the job before it');
  const third = client.ask('remove', {}, { onProgress: (progress) => own.push(progress) });
  assert.deepEqual(own, [], 'nothing loads any more');
  for (const pending of [job, second, third]) pending.catch(() => {});
  client.dispose();
});
