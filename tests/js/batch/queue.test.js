// The line of a batch, with an engine that the test holds in its hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchQueue, canRetry, effective } from '../../../web/batch/batch-queue.js';

/** @param {number} [size] @param {(item: any) => boolean} [seen] */
function batch(size = 2, seen = undefined) {
  /** @type {{ photo: any, options: any, done: (report?: object) => void, fail: (code: string) => void, stopped: boolean }[]} */
  const calls = [];
  let most = 0;
  let running = 0;
  const changes = [];
  const queue = new BatchQueue({
    engine: () => ({
      size,
      removeBackground: (photo, options) =>
        new Promise((resolve, reject) => {
          most = Math.max(most, ++running);
          const call = {
            photo,
            options,
            stopped: false,
            done: (report = { subject: { found: true } }, matte = undefined) => {
              running--;
              resolve({ blob: new Blob(['x']), report, matte });
            },
            fail: (code) => {
              running--;
              reject(Object.assign(new Error(code), { code }));
            },
          };
          options.signal.addEventListener('abort', () => {
            call.stopped = true;
            call.fail('aborted');
          });
          calls.push(call);
        }),
    }),
    changed: (item) => changes.push(`${item.name} ${item.state}`),
    seen,
  });
  const add = (...names) => queue.add(names.map((name) => ({ name, photo: new Blob([name]) })));
  const states = () => queue.items.map(({ state }) => state);
  return {
    queue,
    calls,
    add,
    states,
    changes,
    get most() {
      return most;
    },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('photos are done in order, as many at once as there are workers', async () => {
  const all = batch(2);
  all.add('a', 'b', 'c', 'd');
  assert.deepEqual(all.states(), ['working', 'working', 'waiting', 'waiting']);
  for (let i = 0; i < 4; i++) {
    all.calls[i].done();
    await turn();
  }
  assert.deepEqual(all.states(), ['done', 'done', 'done', 'done']);
  assert.equal(all.most, 2);
  assert.deepEqual(
    all.queue.items.map(({ photo }) => photo),
    all.calls.map(({ photo }) => photo),
  );
  assert.deepEqual(all.changes.slice(0, 3), ['a working', 'b working', 'a done']);
});

test('a photo that fails does not stop the others', async () => {
  const { queue, calls, add, states } = batch(1);
  add('a', 'b', 'c');
  calls[0].done();
  await turn();
  calls[1].fail('corrupt_image');
  await turn();
  calls[2].done();
  await turn();
  assert.deepEqual(states(), ['done', 'failed', 'done']);
  assert.deepEqual([queue.counts.done, queue.counts.failed, queue.counts.fraction], [2, 1, 1]);
});

test('a pause lets what runs finish and begins nothing; resume goes on', async () => {
  const { queue, calls, add, states } = batch(1);
  add('a', 'b');
  queue.pause();
  calls[0].done();
  await turn();
  assert.deepEqual(states(), ['done', 'waiting']);
  add('c');
  await turn();
  assert.equal(calls.length, 1);
  queue.resume();
  assert.deepEqual(states(), ['done', 'working', 'waiting']);
});

test('cancel stops one or all, and what was cancelled can be tried again', async () => {
  const { queue, calls, add, states } = batch(2);
  const [a, , c] = add('a', 'b', 'c', 'd');
  queue.cancel([c]);
  assert.deepEqual(states(), ['working', 'working', 'cancelled', 'waiting']);
  queue.cancel([a]);
  await turn();
  assert.deepEqual(states(), ['cancelled', 'working', 'cancelled', 'working']);
  queue.cancel();
  await turn();
  assert.deepEqual(states(), ['cancelled', 'cancelled', 'cancelled', 'cancelled']);
  assert.deepEqual(
    calls.map(({ stopped }) => stopped),
    [true, true, true],
  );
  queue.retry();
  assert.deepEqual(states(), ['working', 'working', 'waiting', 'waiting']);
});

test('retry takes what may succeed, not what is wrong with the file itself', async () => {
  const { queue, calls, add, states } = batch(3);
  const items = add('a', 'b', 'c');
  calls[0].fail('engine_crashed');
  calls[1].fail('corrupt_image');
  calls[2].done({ subject: { found: false } });
  await turn();
  assert.deepEqual(states(), ['failed', 'failed', 'failed']);
  assert.deepEqual(items.map(canRetry), [true, false, false]);
  assert.equal(items[2].error?.code, 'no_subject');
  assert.equal(items[2].result, undefined);
  queue.retry();
  assert.deepEqual(states(), ['working', 'failed', 'failed']);
  assert.equal(items[0].error, undefined);
});

test('new settings put what was made with others back in line, and let its result go', async () => {
  const { queue, calls, add, states } = batch(1);
  const [a, b] = add('a', 'b');
  calls[0].done();
  await turn();
  queue.setOptions({ background: 'white', format: 'png' });
  assert.equal(a.result, undefined);
  assert.deepEqual(states(), ['waiting', 'working']);
  calls[1].done(); // began with the old settings
  await turn();
  assert.deepEqual(states(), ['working', 'waiting']);
  calls[2].done();
  await turn();
  calls[3].done();
  await turn();
  assert.deepEqual(
    calls.slice(2).map(({ options }) => options.background),
    ['white', 'white'],
  );
  const { result } = b;
  queue.setOptions({ background: 'white', format: 'png', crop: false, margin: '10%' });
  assert.equal(b.result, result, 'a margin without a crop changes nothing');
});

test('an engine is asked for what changes something, and for nothing else', () => {
  const nothing = { background: 'transparent', format: 'png' };
  assert.deepEqual(effective({}), nothing);
  assert.deepEqual(
    effective({
      format: 'png',
      quality: 80,
      crop: false,
      margin: '5%',
      canvas: '',
      shadow: null,
      outline: undefined,
      keep: 'subject',
    }),
    nothing,
  );
  assert.deepEqual(
    effective({
      background: 'white',
      format: 'jpeg',
      quality: 80,
      crop: true,
      margin: '5%',
      canvas: 'amazon',
      shadow: '',
      outline: 'width=2%',
    }),
    {
      background: 'white',
      format: 'jpeg',
      quality: 80,
      crop: true,
      margin: '5%',
      canvas: 'amazon',
      shadow: true,
      outline: { width: '2%' },
    },
  );
});

test('effort reaches the engine, and what was made with less is made again', async () => {
  assert.deepEqual(effective({ effort: 'high', mask: '' }), {
    background: 'transparent',
    format: 'png',
    effort: 'high',
  });
  assert.deepEqual(effective({ effort: 'standard' }), effective({}));
  const { queue, calls, add, states } = batch(1);
  add('a');
  calls[0].done();
  await turn();
  assert.deepEqual(states(), ['done']);
  queue.setOptions({ effort: 'high' });
  assert.deepEqual(states(), ['working']);
  assert.equal(calls[1].options.effort, 'high');
});

test('a style is handed on as the engine reads it, and a photo made with it is done', async () => {
  const { queue, calls, add, states } = batch(1);
  queue.setOptions({ shadow: 'y=1%,opacity=0.5', canvas: 'amazon', keep: null });
  add('a');
  assert.deepEqual([calls[0].options.shadow, calls[0].options.canvas], [{ y: '1%', opacity: 0.5 }, 'amazon']);
  calls[0].done();
  await turn();
  assert.deepEqual(states(), ['done']);
  queue.setOptions({ shadow: 'y=2%,opacity=0.5', canvas: 'amazon' });
  assert.deepEqual(states(), ['working']);
});

test('a photo keeps its own settings when those of the others change', async () => {
  const { queue, calls, add, states } = batch(2);
  const [a, b] = add('a', 'b');
  calls[0].done();
  calls[1].done();
  await turn();
  queue.setOwn([a], { background: 'blur' });
  assert.deepEqual(states(), ['working', 'done']);
  calls[2].done();
  await turn();
  queue.setOptions({ background: 'white', format: 'jpeg' });
  await turn();
  assert.deepEqual(
    calls.slice(3).map(({ options }) => [options.background, options.format]),
    [
      ['blur', 'jpeg'],
      ['white', 'jpeg'],
    ],
  );
  calls[3].done();
  calls[4].done();
  await turn();
  assert.deepEqual([a.result?.format, b.result?.format], ['jpeg', 'jpeg']);
  queue.setOwn([a], null);
  assert.deepEqual(states(), ['working', 'done']);
});

test('a photo that is removed while it is worked on leaves nothing behind', async () => {
  const { queue, calls, add } = batch(1);
  const [a] = add('a', 'b');
  queue.remove([a]);
  await turn();
  assert.deepEqual(
    queue.items.map(({ name, state }) => `${name} ${state}`),
    ['b working'],
  );
  assert.equal(calls[0].stopped, true);
  assert.equal(a.result, undefined);
});

test('the time left comes from what the photos before took, and from the workers', async (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const { queue, calls, add } = batch(2);
  add('a', 'b', 'c', 'd', 'e', 'f');
  assert.equal(queue.msLeft, null, 'nothing is known yet');
  now = 1000;
  calls[0].done();
  calls[1].done();
  await turn();
  assert.equal(queue.msLeft, 2000); // four photos of a second, two at once
  calls[2].options.onProgress({ fraction: 0.5 });
  assert.equal(queue.msLeft, 1750);
});

test('a photo retouched is made again along its matte, and keeps that when settings change', async () => {
  const { queue, calls, add, states } = batch(2);
  const [a] = add('a', 'b');
  calls.forEach(({ done }) => done());
  await turn();
  const matte = new Blob(['grey']);
  queue.retouched(a, matte);
  assert.deepEqual(states(), ['working', 'done']);
  assert.equal(calls[2].options.matte, matte);
  const second = new Blob(['darker']);
  queue.retouched(a, second); // while it is on its way with the first
  calls[2].done();
  await turn();
  assert.equal(calls[3].options.matte, second);
  calls[3].done();
  await turn();
  queue.setOptions({ format: 'jpeg' });
  assert.deepEqual(
    calls.slice(4).map(({ options }) => options.matte),
    [second, undefined],
  );
});

test('a photo without a subject is done once it has a matte by hand', async () => {
  const { queue, calls, add, states } = batch(1);
  const [a] = add('a');
  calls[0].done({ subject: { found: false } });
  await turn();
  assert.deepEqual(states(), ['failed']);
  queue.retouched(a, new Blob(['grey']));
  calls[1].done();
  await turn();
  assert.deepEqual(states(), ['done']);
  assert.equal(a.error, undefined);
});

test('the model is asked once: other settings put the photo together again along its matte, what is seen first', async () => {
  const all = batch(1, ({ name }) => name === 'c');
  all.add('a', 'b', 'c');
  const mattes = ['a', 'b', 'c'].map((name) => new Blob([`matte of ${name}`]));
  for (const [i, matte] of mattes.entries()) {
    assert.equal(all.calls[i].options.keepMatte, true);
    assert.equal(all.calls[i].options.matte, undefined);
    all.calls[i].done(undefined, matte);
    await turn();
  }
  all.queue.setOptions({ background: 'white' });
  await turn();
  const order = [];
  for (let i = 3; i < 6; i++) {
    const { photo, options } = all.calls[i];
    const name = await photo.text();
    order.push(name);
    assert.equal(options.matte, mattes[['a', 'b', 'c'].indexOf(name)]);
    assert.equal(options.keepMatte, undefined);
    all.calls[i].done();
    await turn();
  }
  assert.deepEqual(order, ['c', 'a', 'b']);
  all.queue.setOptions({ background: 'white', effort: 'high' }); // another matte
  await turn();
  assert.equal(all.calls[6].options.matte, undefined);
  assert.equal(all.calls[6].options.keepMatte, true);
});
