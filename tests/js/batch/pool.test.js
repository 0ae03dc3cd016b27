// Several workers behind one line, with workers that the test holds in its hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool, poolSize } from '../../../web/engine/pool.js';

/** Workers that answer when told: `jobs` lists what each was given. */
function workshop() {
  /** @type {{ worker: number, id: number, done: (name?: string) => void, crash: () => void }[]} */
  const jobs = [];
  let workers = 0;
  let alive = 0;
  const spawn = () => {
    const worker = ++workers;
    alive++;
    /** @type {(message: any) => void} */ let tell;
    /** @type {(detail: string) => void} */ let crash;
    return {
      listen: (onMessage, onCrash) => {
        [tell, crash] = [onMessage, onCrash];
      },
      terminate: () => {
        alive--;
      },
      postMessage: (message) => {
        if (message.type === 'abort')
          tell({ id: message.id, type: 'failed', error: { code: 'aborted', message: 'Cancelled.' } });
        if (message.type === 'preload')
          tell({ id: message.id, type: 'done', value: { model: 'x', engine: 'c' }, heapBytes: 0 });
        if (message.type === 'retouch')
          tell({ id: message.id, type: 'done', value: { retouch: message.id, undos: 0 }, heapBytes: 0 });
        if (message.type !== 'remove') return;
        jobs.push({
          worker,
          id: message.id,
          crash: () => crash('out of luck'),
          done: () =>
            tell({
              id: message.id,
              type: 'done',
              heapBytes: 0,
              value: { bytes: new Uint8Array(1), type: 'image/png', report: { worker } },
            }),
        });
      },
    };
  };
  return {
    spawn,
    jobs,
    get workers() {
      return workers;
    },
    get alive() {
      return alive;
    },
  };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
const photo = () => new Blob([new Uint8Array(4)]);

test('of three cores or more one is left to the page, two gigabytes are there for each worker, and four are enough', () => {
  const size = (hardwareConcurrency, deviceMemory, maxTouchPoints) =>
    poolSize({ hardwareConcurrency, deviceMemory, maxTouchPoints });
  assert.equal(size(1, 8), 1);
  assert.equal(size(2, 8), 2);
  assert.equal(size(2, 2), 1);
  assert.equal(size(3, 8), 2);
  assert.equal(size(4, 8), 3);
  assert.equal(size(16, 8), 4);
  assert.equal(size(16, 4), 2);
  assert.equal(size(16, 0.5), 1);
  assert.equal(size(8, undefined, 0), 4);
  assert.equal(size(8, undefined, 5), 2);
});

test('two workers have one photo each, and the others follow in order', async () => {
  const shop = workshop();
  const pool = createPool({ size: 2, spawn: shop.spawn });
  assert.equal(shop.workers, 0, 'nothing starts before the first photo');
  const order = [];
  const all = ['a', 'b', 'c', 'd'].map((name) => pool.removeBackground(photo()).then(() => order.push(name)));
  await turn();
  assert.deepEqual(
    shop.jobs.map(({ worker }) => worker),
    [1, 2],
  );
  shop.jobs[1].done();
  await turn();
  assert.deepEqual(
    shop.jobs.map(({ worker }) => worker),
    [1, 2, 2],
  );
  shop.jobs[0].done();
  await turn();
  shop.jobs[2].done();
  shop.jobs[3].done();
  await Promise.all(all);
  assert.deepEqual(order, ['b', 'a', 'c', 'd']);
  assert.equal(shop.workers, 2);
});

test('a worker that crashes is replaced, and its photo gets one more try, not two', async () => {
  const shop = workshop();
  const pool = createPool({ size: 1, spawn: shop.spawn });
  const first = pool.removeBackground(photo());
  await turn();
  shop.jobs[0].crash();
  await turn();
  assert.equal(shop.jobs.length, 2);
  assert.deepEqual([shop.jobs[1].worker, shop.alive], [2, 1]);
  shop.jobs[1].done();
  assert.equal((await first).report.worker, 2);

  const second = assert.rejects(pool.removeBackground(photo()), { code: 'engine_crashed' });
  await turn();
  shop.jobs[2].crash();
  await turn();
  shop.jobs[3].crash();
  await second;
  const third = pool.removeBackground(photo());
  await turn();
  shop.jobs[4].done();
  assert.equal((await third).report.worker, 4);
});

test('a photo that is cancelled leaves the line, or its worker, and nobody else notices', async () => {
  const shop = workshop();
  const pool = createPool({ size: 1, spawn: shop.spawn });
  const [running, waiting] = [new AbortController(), new AbortController()];
  const first = assert.rejects(pool.removeBackground(photo(), { signal: running.signal }), { code: 'aborted' });
  const second = assert.rejects(pool.removeBackground(photo(), { signal: waiting.signal }), { code: 'aborted' });
  const third = pool.removeBackground(photo());
  await turn();
  waiting.abort();
  await second;
  assert.equal(shop.jobs.length, 1);
  running.abort();
  await first;
  await turn();
  assert.equal(shop.jobs.length, 2);
  shop.jobs[1].done();
  await third;
  assert.equal(shop.workers, 1, 'a worker that stops when told is kept');
  await assert.rejects(pool.removeBackground(photo(), { signal: AbortSignal.abort() }), { code: 'aborted' });
});

test('a pool that is disposed of ends its workers, and starts anew when asked', async () => {
  const shop = workshop();
  const pool = createPool({ size: 2, spawn: shop.spawn });
  assert.equal((await pool.preload()).length, 2);
  assert.equal(shop.alive, 2);
  const ended = Promise.all([1, 2, 3].map(() => assert.rejects(pool.removeBackground(photo()), { code: 'aborted' })));
  await turn();
  pool.dispose();
  await ended;
  assert.equal(shop.alive, 0);
  const again = pool.removeBackground(photo());
  await turn();
  shop.jobs.at(-1)?.done();
  await again;
});

test('a retouch has a worker of its own, which ends with it; dispose() ends one that is open', async () => {
  const shop = workshop();
  const pool = createPool({ size: 1, spawn: shop.spawn });
  const running = pool.removeBackground(photo());
  const retouching = await pool.retouch(photo());
  assert.equal(shop.alive, 2);
  await retouching.close();
  assert.equal(shop.alive, 1);
  await turn();
  shop.jobs[0].done();
  await running;
  await pool.retouch(photo());
  pool.dispose();
  assert.equal(shop.alive, 0);
});
