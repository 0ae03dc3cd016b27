/**
 * Bodies over node:http: requests as streams of the platform, answers as they are taken.
 *
 * @module shim/adapters/node-bodies
 */
import { once } from 'node:events';
import { invalid } from '../errors.js';

const LINGER_MS = 2000;
/** A client that goes on sending after its answer is listened to so long, and so much. */
const DRAIN_MS = 30e3;
const DRAIN_BYTES = 256e6;

/**
 * An answer, as fast as its client takes it. One that is a single piece goes out with its length and
 * in one write: polls are many, and a pipeline of streams costs more than all the rest of a poll.
 * @param {import('node:http').ServerResponse} outgoing whose headers are set @param {Response} response
 */
export async function send(outgoing, { status, body }) {
  outgoing.statusCode = status;
  const reader = body?.getReader();
  try {
    let piece = await reader?.read();
    while (piece && !piece.done) {
      const next = await /** @type {NonNullable<typeof reader>} */ (reader).read();
      if (next.done) break;
      if (!outgoing.write(piece.value)) await drained(outgoing);
      if (outgoing.destroyed) throw new Error('the client went away');
      piece = next;
    }
    outgoing.end(piece?.value);
    if (!outgoing.closed) await once(outgoing, 'close');
    if (!outgoing.writableFinished) throw new Error('the client went away');
  } catch (error) {
    reader?.cancel(error).catch(() => {});
    throw error;
  }
}

/** Resolves when an answer can take more, or is over. @param {import('node:http').ServerResponse} outgoing */
const drained = (outgoing) =>
  new Promise((resolve) => {
    const done = () => {
      for (const event of ['drain', 'close']) outgoing.off(event, done);
      resolve(undefined);
    };
    for (const event of ['drain', 'close']) outgoing.on(event, done);
    if (outgoing.destroyed) done();
  });

/**
 * An answer to a request whose body was refused. The whole answer goes out
 * first; then the client, which may still be sending, is listened to: a socket
 * closed under it would cost it the answer.
 * @param {import('node:http').IncomingMessage} incoming @param {import('node:http').ServerResponse} outgoing @param {Response} response
 */
export async function answerEarly(incoming, outgoing, response) {
  const text = Buffer.from(await response.arrayBuffer());
  if (![204, 304].includes(response.status)) outgoing.setHeader('content-length', text.length);
  outgoing.setHeader('connection', 'close');
  outgoing.writeHead(response.status);
  if (incoming.method !== 'HEAD') outgoing.write(text);
  let rest = DRAIN_BYTES;
  await new Promise((resolve) => {
    const done = () => resolve(undefined);
    let quiet = setTimeout(done, LINGER_MS);
    const limit = setTimeout(done, DRAIN_MS);
    incoming.on('data', (chunk) => {
      rest -= chunk.length;
      clearTimeout(quiet);
      quiet = setTimeout(done, LINGER_MS);
      if (rest < 0) done();
    });
    for (const event of ['end', 'close', 'error']) incoming.once(event, done);
    incoming.resume();
    outgoing.once('close', () => {
      clearTimeout(quiet);
      clearTimeout(limit);
    });
  });
  outgoing.end();
  if (!incoming.complete) setTimeout(() => incoming.destroy(), 100).unref();
}

/**
 * The body as a stream that breaks when nothing comes for too long.
 * @param {import('node:http').IncomingMessage} incoming @param {number} idleMs
 */
export function bodyOf(incoming, idleMs) {
  /** @type {NodeJS.Timeout | undefined} */ let timer;
  let arm = () => {};
  let over = false;
  const rest = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return new ReadableStream(
    {
      start(controller) {
        /** @param {() => void} how */
        const end = (how) => {
          if (over) return;
          over = true;
          clearTimeout(timer);
          how();
        };
        arm = () => {
          if (over) return;
          clearTimeout(timer);
          const mine = setTimeout(
            // What came while this process had no core is read first.
            () =>
              setImmediate(() => {
                if (timer !== mine) return;
                end(() => controller.error(invalid('body', 'The request body did not arrive in time')));
              }),
            idleMs,
          );
          timer = mine;
        };
        arm();
        incoming.on('data', (chunk) => {
          if (over) return;
          arm();
          controller.enqueue(new Uint8Array(chunk));
          if ((controller.desiredSize ?? 0) > 0) return;
          incoming.pause();
          rest(); // now it is we who are slow
        });
        incoming.on('end', () => end(() => controller.close()));
        incoming.on('close', () => end(() => controller.error(invalid('body', 'The request body broke off'))));
        incoming.on('error', () => {});
      },
      pull() {
        arm();
        incoming.resume();
      },
      cancel() {
        // data that is still to come falls on the floor
        over = true;
        clearTimeout(timer);
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 1 << 16 }),
  );
}
