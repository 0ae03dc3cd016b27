/**
 * The blobs of the store in PostgreSQL. A row tells of each where its bytes
 * lie: in a large object, or as an object of an S3 store.
 *
 * Bytes come before what names them and go after it. A blob that comes in has
 * a row `pending.…` first, so that nothing can come to lie where no row tells
 * of it; a row of S3 that is erased or replaced becomes `gone.…` until its
 * object has been taken away. clear() ends what a crash left half done.
 *
 * @module shim/store/node-postgres-blobs
 */
import { ShimError } from '../errors.js';
import { MIME, sniff } from '../image-header.js';
import { randomText } from '../ids.js';
import { checkName, fullError, isName } from './memory.js';

const CHUNK_BYTES = 1 << 20;
const REMOVED_AT_A_TIME = 8;
const PAGE = 500;

/** What was left: half come in, or without the record that it belongs to. A blob is written before its
 * record; an hour is longer than any of that takes. */
const LEFT = `written < now() - interval '1 hour' and key not like 'gone.%' and (
  key like 'pending.%' or (split_part(key, '.', 1) = any($1) and not exists (
    select 1 from cutaway_records r
      where r.collection = split_part(b.key, '.', 1) and r.id = split_part(b.key, '.', 2))))`;

/**
 * @param {{ ask: (text: string, values?: unknown[]) => Promise<import('pg').QueryResult<any>>, maxBytes: number,
 *   onError: (error: unknown) => void, objects?: ReturnType<typeof import('./node-s3.js').createObjects> }} options
 *   objects: where new blobs go; without, into large objects
 */
export function createBlobs({ ask, maxBytes, onError, objects }) {
  /** @typedef {{ content: string | null, object: string | null, size: number, type: string }} Row */

  /** @param {string} key @returns {Promise<Row | undefined>} */
  async function find(key) {
    if (!isName(key)) return undefined;
    const { rows } = await ask('select content, object, size, type from cutaway_blobs where key = $1', [key]);
    return rows[0] && { ...rows[0], size: Number(rows[0].size) };
  }

  const usage = async () => Number((await ask('select coalesce(sum(size), 0) as sum from cutaway_blobs')).rows[0].sum);

  /** @param {string} content @param {number} from @param {number} length @returns {Promise<Uint8Array>} */
  async function piece(content, from, length) {
    const { rows } = await ask('select lo_get($1, $2, $3) as bytes', [content, from, length]);
    return new Uint8Array(rows[0].bytes);
  }

  /** Into a large object, a megabyte at a time. @param {string} pending @param {AsyncIterable<Uint8Array>} body */
  async function writeLarge(pending, body) {
    /** @type {string | undefined} */ let content;
    let size = 0;
    /** @param {Uint8Array} bytes */
    const put = async (bytes) => {
      if (content === undefined)
        content = (await ask('select cutaway_begin($1, $2, null) as content', [pending, bytes])).rows[0].content;
      else await ask('select lo_put($1, $2, $3)', [content, size, bytes]);
      size += bytes.length;
    };
    for await (const bytes of inChunks(body)) await put(bytes);
    if (content === undefined) await put(Buffer.alloc(0));
    return content;
  }

  /** Takes objects away whose rows are gone. @param {readonly { object: string, size: number | string }[]} rows */
  async function takeAway(rows) {
    for (let i = 0; i < rows.length; i += REMOVED_AT_A_TIME) {
      const some = rows.slice(i, i + REMOVED_AT_A_TIME);
      await Promise.all(some.map(({ object, size }) => objects?.remove(object, Number(size) === 0)));
      await ask(`delete from cutaway_blobs where key = any(select 'gone.' || unnest($1::text[]))`, [
        some.map(({ object }) => object),
      ]);
    }
  }

  /** The blob is gone when this resolves; an object that cannot be reached is taken away later. @param {string} key */
  async function drop(key) {
    if (!isName(key)) return;
    const { rows } = await ask('select object, size from cutaway_drop($1)', [key]);
    await takeAway(rows).catch(onError);
  }

  return {
    /** @param {string} key @param {Blob | ReadableStream<Uint8Array>} data */
    async write(key, data) {
      checkName(key);
      const stream = data instanceof Blob ? data.stream() : data;
      const pending = `pending.${randomText(20)}`;
      const others = maxBytes === Infinity ? 0 : (await usage()) - ((await find(key))?.size ?? 0);
      let start = Buffer.alloc(0);
      let size = 0;
      const body = (async function* counted() {
        for await (const bytes of /** @type {AsyncIterable<Uint8Array>} */ (/** @type {unknown} */ (stream))) {
          size += bytes.length;
          if (others + size > maxBytes) throw fullError(maxBytes);
          if (start.length < 32) start = Buffer.concat([start, bytes.subarray(0, 32)]);
          yield bytes;
        }
      })();
      try {
        const object = objects ? objects.nameFor(key) : null;
        if (object) await ask('select cutaway_begin($1, null, $2)', [pending, object]);
        const content = object ? await objects?.write(object, body) : await writeLarge(pending, body);
        const format = sniff(start);
        const { rows } = await ask('select object, size from cutaway_keep($1, $2, $3, $4, $5, $6)', [
          pending,
          key,
          size,
          format ? MIME[format] : '',
          content ?? null,
          object,
        ]);
        await takeAway(rows).catch(onError);
        return size;
      } catch (error) {
        await body.return(undefined).catch(() => {}); // where it was not begun with
        await drop(pending).catch(onError);
        if (error instanceof ShimError) throw error;
        const full = ['53100', '53200'].includes(/** @type {any} */ (error).code);
        throw full ? new ShimError('write_failed', 'The disk of the database is full.') : error;
      }
    },

    /** @param {string} key @param {number} [limit] @returns {Promise<Blob | undefined>} */
    async read(key, limit = Infinity) {
      for (let before; ; ) {
        const blob = await find(key);
        if (!blob) return undefined;
        const end = Math.min(blob.size, limit);
        /** @type {BlobPart[]} */ let parts = [];
        try {
          if (blob.object !== null) parts = await inS3(objects).read(blob.object, end);
          else
            for (let at = 0; at < end; at += CHUNK_BYTES)
              parts.push(
                /** @type {BlobPart} */ (
                  await piece(/** @type {string} */ (blob.content), at, Math.min(CHUNK_BYTES, end - at))
                ),
              );
        } catch (error) {
          // Replaced since it was looked up: the next look finds another.
          if (!isGone(error) || before === (blob.object ?? blob.content)) throw error;
          before = blob.object ?? blob.content;
          continue;
        }
        return new Blob(parts, { type: blob.type });
      }
    },

    /** @param {string} key @returns {Promise<import('./memory.js').Opened | undefined>} */
    async open(key) {
      const blob = await find(key);
      if (!blob) return undefined;
      const { object, content, size, type } = blob;
      return {
        size,
        type,
        stream() {
          if (object !== null) return inS3(objects).stream(object, size);
          let at = 0;
          /** @param {ReadableStreamDefaultController<Uint8Array>} controller */
          async function pull(controller) {
            if (at >= size) {
              controller.close();
              return;
            }
            const bytes = await piece(/** @type {string} */ (content), at, CHUNK_BYTES);
            at += bytes.length;
            if (bytes.length === 0) controller.error(new ShimError('read_failed', 'The picture has been removed.'));
            else controller.enqueue(bytes);
          }
          return new ReadableStream({ pull }, { highWaterMark: 0 });
        },
      };
    },

    /** @param {string} key */
    has: async (key) => (await find(key)) !== undefined,
    erase: drop,
    async keys() {
      const { rows } = await ask(
        `select key from cutaway_blobs where key not like 'pending.%' and key not like 'gone.%'`,
      );
      return rows.map(({ key }) => key);
    },
    usage,

    /** @param {readonly string[]} collections */
    async clear(collections) {
      await ask(
        `with gone as (delete from cutaway_blobs b where content is not null and ${LEFT} returning content)
         select lo_unlink(content) from gone`,
        [collections],
      );
      if (!objects) return;
      await ask(`update cutaway_blobs b set key = 'gone.' || object where object is not null and ${LEFT}`, [
        collections,
      ]);
      try {
        for (let rows; rows === undefined || rows.length === PAGE; ) {
          ({ rows } = await ask(
            `select object, size from cutaway_blobs
               where key like 'gone.%' and written < now() - interval '1 minute' order by written limit ${PAGE}`,
          ));
          await takeAway(rows);
        }
      } catch (error) {
        onError(error); // the next time
      }
    },
  };
}

/** @template T @param {T | undefined} objects @returns {T} */
function inS3(objects) {
  if (!objects) throw new ShimError('read_failed', 'This blob lies in S3: --blobs says where.');
  return objects;
}

/** Whether the bytes were taken away since their row was read. @param {any} error */
const isGone = (error) => error?.code === '42704' || /^(NoSuchKey|NotFound)$/.test(error?.name);

/** A stream in pieces of a megabyte. @param {AsyncIterable<Uint8Array>} stream */
async function* inChunks(stream) {
  /** @type {Uint8Array[]} */ let parts = [];
  let size = 0;
  for await (const part of stream) {
    parts.push(part);
    size += part.length;
    if (size < CHUNK_BYTES) continue;
    yield Buffer.concat(parts, size);
    parts = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(parts, size);
}
