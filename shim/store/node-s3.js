/**
 * The bytes of blobs as objects of an S3 store, whoever's: AWS, MinIO, Ceph, R2.
 * What objects there are is written down in PostgreSQL (node-postgres-blobs.js);
 * here they are put, read and taken away, and never listed.
 *
 * A small body is put as a whole, a large one in parts. Whoever waits to send a
 * part holds little, so that memory is bounded however many bodies come in at a
 * time. A read that breaks off goes on where it was.
 *
 * @module shim/store/node-s3
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { ShimError } from '../errors.js';
import { randomText } from '../ids.js';
import { createQueue } from '../queue.js';
import { patiently } from './node-patience.js';

const PART_BYTES = 5 << 20; // the least that S3 takes
const PARTS_AT_A_TIME = 16;
const SMALL_BYTES = 1 << 20; // held by each body without waiting for its turn
const SLOW_MS = 30e3; // so long a body may keep a place, for one part, while others wait for it
const READ_TRIES = 5;

const AWAY = /^(E(CONN|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN)|UND_ERR)/;

/** Whether the store was out of reach, or asks for patience. @param {any} error */
const broken = ({ code = '', name = '', $metadata: { httpStatusCode = 0 } = {} }) =>
  AWAY.test(code) ||
  /^(TimeoutError|SlowDown|RequestTimeout)$/.test(name) ||
  httpStatusCode >= 500 ||
  httpStatusCode === 429;

/** Whether there is no such object. @param {any} error */
export const isAbsent = (error) => /^(NoSuchKey|NotFound)$/.test(error?.name) || error?.Code === 'NoSuchKey';

/** An error without the words of the store, which may repeat a key's name. @param {any} error */
function refusal(error) {
  if (error instanceof ShimError || !error?.$metadata) return error;
  const name = /^\w{1,60}$/.test(error.name) ? error.name : 'an error';
  return new ShimError('write_failed', `The S3 store answered ${name} (${error.$metadata.httpStatusCode ?? 'none'}).`);
}

/**
 * Opens the store; `check()` tells whether it can be used.
 * @param {import('./node-s3-address.js').S3Address & { patienceMs?: number, slowMs?: number }} options
 */
export function createObjects({ bucket: Bucket, prefix, endpoint, region, patienceMs = 30e3, slowMs = SLOW_MS }) {
  // Checksums that not every store knows are sent only where S3 asks for them.
  const client = new S3Client({
    ...(endpoint && { endpoint, forcePathStyle: true }),
    ...((region ?? endpoint) && { region: region ?? process.env.AWS_REGION ?? 'us-east-1' }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: 5e3,
      socketTimeout: 30e3,
      httpAgent: { maxSockets: 512, keepAlive: true },
      httpsAgent: { maxSockets: 512, keepAlive: true },
    },
  });
  const turns = createQueue({ concurrency: PARTS_AT_A_TIME, limit: Infinity });
  let closed = false;
  const patience = { broken, patienceMs, closed: () => closed };

  /** @template {{ input: any }} C @param {C} command @param {{ again?: () => void }} [options] @returns {Promise<any>} */
  const send = (command, { again } = {}) =>
    patiently(() => client.send(/** @type {any} */ (command)), { ...patience, again });

  /** @param {string} Key @param {Uint8Array} Body */
  const put = (Key, Body) => send(new PutObjectCommand({ Bucket, Key, Body }));

  /** Ends an upload in parts. The answer may be lost, and the second one says that there is none to end.
   * @param {string} Key @param {string} UploadId @param {{ ETag: string, PartNumber: number }[]} Parts @param {number} size */
  async function complete(Key, UploadId, Parts, size) {
    let sentAgain = false;
    const command = new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
    try {
      await send(command, {
        again: () => {
          sentAgain = true;
        },
      });
    } catch (error) {
      const { name, $metadata: { attempts = 1 } = {} } = /** @type {any} */ (error);
      if (name !== 'NoSuchUpload' || !(sentAgain || attempts > 1)) throw error;
      const { ContentLength } = await send(new HeadObjectCommand({ Bucket, Key }));
      if (ContentLength !== size) throw error;
    }
  }

  /** @param {string} Key */
  async function abortUploads(Key) {
    const { Uploads = [] } = await send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key }));
    for (const { Key: name, UploadId } of Uploads)
      if (name === Key)
        await send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch((error) => {
          if (/** @type {any} */ (error).name !== 'NoSuchUpload') throw error;
        });
  }

  /**
   * The bytes from one place to another, as they come.
   * @param {string} Key @param {number} from @param {number} end
   * @returns {AsyncGenerator<Uint8Array>}
   */
  async function* bytesOf(Key, from, end) {
    for (let at = from, tries = 0; at < end; ) {
      try {
        const { Body } = await send(new GetObjectCommand({ Bucket, Key, Range: `bytes=${at}-${end - 1}` }));
        for await (const bytes of Body) {
          at += bytes.length;
          tries = 0;
          yield bytes;
        }
        if (at < end) throw Object.assign(new Error('The answer of the S3 store broke off'), { code: 'ECONNRESET' });
      } catch (error) {
        if (!broken(/** @type {any} */ (error)) || ++tries > READ_TRIES) throw isAbsent(error) ? error : refusal(error);
      }
    }
  }

  return {
    /** A new name for the bytes of a blob: no two writes share one, so that none replaces another's.
     * @param {string} key */
    nameFor: (key) => `${prefix}${key}.${randomText(16)}`,

    /** Throws, in words that say what is missing, unless objects can be put, read and taken away. */
    async check() {
      const name = `${prefix}cutaway-check.${randomText(16)}`;
      try {
        await put(name, Buffer.from('check'));
        await send(new GetObjectCommand({ Bucket, Key: name })).then(({ Body }) => Body.transformToByteArray());
        await send(new DeleteObjectCommand({ Bucket, Key: name }));
      } catch (error) {
        if (/** @type {any} */ (error).name === 'CredentialsProviderError')
          throw new ShimError('write_failed', 'S3 needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role.');
        if (/** @type {any} */ (error).code === 'busy')
          throw new ShimError('write_failed', 'The S3 store is out of reach.');
        throw refusal(error);
      }
    },

    /**
     * Puts what comes. What was put of a body that breaks is taken away by remove().
     * @param {string} Key @param {AsyncGenerator<Uint8Array>} body
     */
    async write(Key, body) {
      /** @type {Uint8Array[]} */ let held = [];
      let size = 0;
      let ended = false;
      /** @type {string | undefined} */ let UploadId;
      /** @type {{ ETag: string, PartNumber: number }[]} */ const parts = [];
      /** @param {number} limit of what is held @param {number} have @param {boolean} [inTurn] */
      const gather = async (limit, have, inTurn = false) => {
        const since = performance.now();
        for (let count = have; !ended && count < limit; ) {
          const { value, done } = await body.next();
          if (inTurn && turns.size > PARTS_AT_A_TIME && performance.now() - since > slowMs)
            throw new ShimError('busy', 'It comes too slowly while others wait.', { retryAfter: 30 });
          if (done) ended = true;
          else {
            held.push(value);
            count += value.length;
          }
        }
        const all = Buffer.concat(held);
        held = all.length > limit ? [all.subarray(limit)] : [];
        return all.subarray(0, limit);
      };
      try {
        let piece = await gather(SMALL_BYTES, 0);
        if (ended && held.length === 0) {
          await put(Key, piece);
          return;
        }
        held.unshift(piece);
        piece = Buffer.alloc(0);
        while (!ended || held.length > 0) {
          await turns.reserve().run(async () => {
            const part = await gather(
              PART_BYTES,
              held.reduce((sum, one) => sum + one.length, 0),
              true,
            );
            size += part.length;
            if (UploadId === undefined && ended && held.length === 0) return put(Key, part);
            if (part.length === 0) return undefined;
            UploadId ??= (await send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId;
            const PartNumber = parts.length + 1;
            const { ETag } = await send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: part }));
            parts.push({ ETag, PartNumber });
          });
        }
        if (UploadId !== undefined) await complete(Key, UploadId, parts, size);
      } catch (error) {
        await body.return(undefined).catch(() => {});
        throw refusal(error);
      }
    },

    /** @param {string} name @param {number} end */
    async read(name, end) {
      /** @type {BlobPart[]} */ const parts = [];
      for await (const bytes of bytesOf(name, 0, end)) parts.push(/** @type {BlobPart} */ (bytes));
      return parts;
    },

    /** Nothing is asked before somebody reads. @param {string} name @param {number} size */
    stream(name, size) {
      const bytes = bytesOf(name, 0, size);
      return new ReadableStream(
        {
          async pull(controller) {
            const { value, done } = await bytes.next().catch((error) => {
              throw isAbsent(error) ? new ShimError('read_failed', 'The picture has been removed.') : error;
            });
            if (done) controller.close();
            else controller.enqueue(value);
          },
          async cancel() {
            await bytes.return(undefined);
          },
        },
        { highWaterMark: 0 },
      );
    },

    /** Harmless if absent. @param {string} name @param {boolean} [unfinished] parts of it may lie there */
    async remove(name, unfinished = false) {
      try {
        if (unfinished) await abortUploads(name);
        await send(new DeleteObjectCommand({ Bucket, Key: name }));
      } catch (error) {
        if (!isAbsent(error)) throw refusal(error);
      }
    },

    close() {
      closed = true;
      client.destroy();
    },
  };
}
