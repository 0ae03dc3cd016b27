/**
 * The store in PostgreSQL (14 or newer), for any number of processes: each may
 * take an upload, a create, a poll, a download, and work on any job.
 *
 * A job that waits is claimed by one process (SKIP LOCKED), which says every
 * few seconds that it has it. One that has not said so for a while is thought
 * dead: its jobs are claimed anew, and what it writes of them later is refused,
 * because each write names the attempt it belongs to. All such times are the
 * database's; no two machines need the same clock.
 *
 * A statement whose connection broke is sent again for half a minute, so that
 * a restart of the database costs time and no job. That is safe for every one
 * of them: a record is changed only as long as it has the version that was read.
 *
 * @module shim/store/node-postgres
 */
import pg from 'pg';
import { ShimError } from '../errors.js';
import { MIME, sniff } from '../image-header.js';
import { randomText } from '../ids.js';
import { changed, checkHolder, checkName, fullError, isName } from './memory.js';
import { MIGRATIONS } from './node-postgres-schema.js';

const LOCK = 7_226_401_118; // any number that is ours: of the migrations
const CHUNK_BYTES = 1 << 20;
const DEAD_S = 15;
const PATIENCE_MS = 30e3;
const LEAST_VERSION = 140000;

/** Whether a connection broke, or the database stops or starts. @param {any} error */
const broken = ({ code = '', message = '' }) =>
  /^(08|57P0[123])|^E(CONNRE|PIPE|TIMEDOUT|HOSTUNREACH|NOTFOUND|AI_AGAIN)/.test(code) ||
  /Connection terminated|connection timeout|timeout exceeded when trying to connect|Client has encountered/i.test(
    message,
  );

/** A row as the record it is. @param {any} row @returns {any} */
function recordOf(row) {
  const { record, created, owner, lane, attempts, running, cancelled } = row;
  const queue =
    lane === null ? undefined : { lane, attempts, ...(running && { running }), ...(cancelled && { cancelled }) };
  return {
    ...JSON.parse(record),
    created: Number(created),
    ...(owner !== null && { owner }),
    ...(queue && { queue }),
  };
}

/** What of a record stands in columns, in the order of COLUMNS. @param {any} record */
function columnsOf(record) {
  const { created, owner, queue, ...rest } = record;
  return [
    record.scope ?? '',
    record.status ?? null,
    record.expires ?? null,
    owner ?? null,
    queue?.lane ?? null,
    queue?.attempts ?? 0,
    queue?.running ?? false,
    queue?.cancelled ?? false,
    JSON.stringify(rest),
  ];
}
const COLUMNS = ['scope', 'status', 'expires', 'owner', 'lane', 'attempts', 'running', 'cancelled', 'record'];

/**
 * Brings the tables to this version, one process at a time.
 * @param {string} url
 */
async function migrate(url) {
  const client = new pg.Client({ connectionString: url }); // its own: the lock is the connection's
  await client.connect();
  try {
    const { rows } = await client.query('show server_version_num');
    if (Number(rows[0].server_version_num) < LEAST_VERSION)
      throw new ShimError('write_failed', 'PostgreSQL 14 or newer is needed.');
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await client.query(
      'create table if not exists cutaway_migrations (version integer primary key, at timestamptz not null default now())',
    );
    const done = await client.query('select coalesce(max(version), 0) as version from cutaway_migrations');
    const version = done.rows[0].version;
    if (version > MIGRATIONS.length)
      throw new ShimError('write_failed', 'The database belongs to a newer version of Cutaway.');
    for (const [i, text] of MIGRATIONS.entries()) {
      if (i < version) continue;
      await client.query(`begin; ${text}; insert into cutaway_migrations (version) values (${i + 1}); commit;`);
    }
  } finally {
    await client.end();
  }
}

/**
 * Opens the database, and brings its tables up to date.
 * @param {{ url: string, connections?: number, maxBytes?: number, deadMs?: number, patienceMs?: number,
 *   onError?: (error: unknown) => void }} options
 * @returns {Promise<import('./memory.js').Store>}
 */
export async function createPostgresStore({
  url,
  connections = 10,
  maxBytes = Infinity,
  deadMs = DEAD_S * 1000,
  patienceMs = PATIENCE_MS,
  onError = () => {},
}) {
  await migrate(url);
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 10e3,
    keepAlive: true,
    application_name: 'cutaway',
  });
  pool.on('error', onError); // of a connection that rests: the next one asked for is a new one
  const dead = `${deadMs} milliseconds`;
  const owner = randomText(16);
  /** @type {((topic: string, text: string) => void)[]} */ const hearers = [];
  let closed = false;

  /**
   * One statement, sent again while the database is away.
   * @param {string} text @param {unknown[]} [values] @param {{ again?: () => void }} [options] again: called before that
   * @returns {Promise<import('pg').QueryResult<any>>}
   */
  async function ask(text, values = [], { again } = {}) {
    const until = Date.now() + patienceMs;
    for (let wait = 50; ; wait = Math.min(2000, 2 * wait)) {
      try {
        return await pool.query(text, values);
      } catch (error) {
        if (!broken(/** @type {any} */ (error)) || closed) throw error;
        if (Date.now() > until)
          throw Object.assign(new ShimError('busy', 'The store is out of reach.', { retryAfter: 5 }), { cause: error });
        again?.();
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  /** Hears what others tell, on a connection of its own, as long as the store is open. */
  async function listen() {
    const client = new pg.Client({ connectionString: url, keepAlive: true, application_name: 'cutaway listener' });
    const ended = new Promise((resolve) => {
      client.once('end', resolve);
      client.on('error', resolve);
    });
    client.on('notification', ({ payload = '' }) => {
      const at = payload.indexOf(' ');
      for (const hear of hearers) hear(payload.slice(0, at), payload.slice(at + 1));
    });
    try {
      await client.connect();
      await client.query('listen cutaway');
      for (const hear of hearers) hear('job', ''); // whatever was told meanwhile
      stopListening = () => client.end();
      await ended;
    } catch (error) {
      if (!broken(/** @type {any} */ (error))) onError(error);
    }
    await client.end().catch(() => {});
    if (!closed) setTimeout(() => !closed && void listen(), 500).unref();
  }
  /** @type {() => void | Promise<void>} */ let stopListening = () => {};
  void listen();

  /** @param {string} collection @param {string} id */
  async function rowOf(collection, id) {
    if (!isName(id)) return undefined;
    const { rows } = await ask('select * from cutaway_records where collection = $1 and id = $2', [collection, id]);
    return rows[0];
  }

  /** The large object of a key. @param {string} key */
  async function blobOf(key) {
    if (!isName(key)) return undefined;
    const { rows } = await ask('select content, size, type from cutaway_blobs where key = $1', [key]);
    return rows[0] && { content: rows[0].content, size: Number(rows[0].size), type: rows[0].type };
  }

  /** @param {string} content @param {number} from @param {number} length @returns {Promise<Uint8Array>} */
  async function piece(content, from, length) {
    const { rows } = await ask('select lo_get($1, $2, $3) as bytes', [content, from, length]);
    return new Uint8Array(rows[0].bytes);
  }

  const usage = async () => Number((await ask('select coalesce(sum(size), 0) as sum from cutaway_blobs')).rows[0].sum);

  /** @type {import('./memory.js').Store} */
  const store = {
    owner,
    shared: true,
    async alive(who) {
      if (who === owner) return true;
      const { rows } = await ask(
        `select exists (select 1 from cutaway_records where running and owner = $1 and seen > now() - $2::interval) as lives`,
        [who, dead],
      );
      return rows[0].lives;
    },
    async alone() {
      return false;
    },
    async put(collection, record) {
      await ask(
        `insert into cutaway_records (collection, id, created, ${COLUMNS.join(', ')})
           values ($1, $2, $3, ${COLUMNS.map((_, i) => `$${i + 4}`).join(', ')})
         on conflict (collection, id) do update set created = excluded.created, stamped = false,
           ${COLUMNS.map((name) => `${name} = excluded.${name}`).join(', ')}, version = cutaway_records.version + 1`,
        [checkName(collection), checkName(record.id), record.created ?? 0, ...columnsOf(record)],
      );
    },
    async create(records) {
      /** @type {unknown[]} */ const values = [];
      const calls = records.map(([collection, record]) => {
        const [scope, status, expires, who, lane, attempts, , , text] = columnsOf(record);
        const own = [
          checkName(collection),
          checkName(record.id),
          scope,
          record.created,
          status,
          expires,
          who,
          lane,
          attempts,
          text,
        ];
        const names = own.map((value) => `$${values.push(value)}`);
        return `cutaway_create(${names[0]}, ${names[1]}, ${names[2]}, ${names[3]}::bigint, ${names[4]}, ${names[5]}::bigint, ${names[6]}, ${names[7]}, ${names[8]}::integer, ${names[9]})`;
      });
      let sentAgain = false;
      try {
        const { rows } = await ask(`select array[${calls.join(', ')}] as made`, values, {
          again: () => {
            sentAgain = true;
          },
        });
        return records.map(([, record], i) => ({ ...record, created: Number(rows[0].made[i]) }));
      } catch (error) {
        if (/** @type {any} */ (error).code !== 'CT001') throw error;
        if (!sentAgain) return undefined;
        // Perhaps it was ours, and only the answer was lost.
        const there = await Promise.all(records.map(([collection, { id }]) => rowOf(collection, id)));
        const ours = there.every((row, i) => row?.record === columnsOf(records[i][1]).at(-1));
        return ours ? there.map(recordOf) : undefined;
      }
    },
    /** @returns {Promise<any>} */
    async update(collection, id, change, holder) {
      for (;;) {
        const row = await rowOf(collection, id);
        const now = row && recordOf(row);
        checkHolder(now, holder);
        if (!now) return undefined;
        const next = changed(now, change(structuredClone(now)));
        const { rowCount } = await ask(
          `update cutaway_records set ${COLUMNS.map((name, i) => `${name} = $${i + 4}`).join(', ')}, version = version + 1
             where collection = $1 and id = $2 and version = $3`,
          [collection, id, row.version, ...columnsOf(next)],
        );
        if (rowCount) return next;
      }
    },
    async get(collection, id) {
      const row = await rowOf(collection, id);
      return row && recordOf(row);
    },
    async list(collection, { scope, status, expired, before, after, oldest, limit } = {}) {
      /** @type {unknown[]} */ const values = [collection];
      const wanted = ['collection = $1'];
      /** @param {string} condition @param {unknown} value */
      const only = (condition, value) => {
        if (value !== undefined) wanted.push(condition.replace('?', `$${values.push(value)}`));
      };
      only('scope = ?', scope);
      only('status = any(?)', status === undefined ? undefined : [status].flat());
      only('expires < ?', expired);
      only('created < ?', before === Infinity ? undefined : before);
      only('created > ?', after === -Infinity ? undefined : after);
      const { rows } = await ask(
        `select * from cutaway_records where ${wanted.join(' and ')} order by created ${oldest ? 'asc' : 'desc'}
           ${limit === undefined || limit === Infinity ? '' : `limit $${values.push(limit)}`}`,
        values,
      );
      return rows.map(recordOf);
    },
    async remove(collection, id) {
      if (isName(id)) await ask('delete from cutaway_records where collection = $1 and id = $2', [collection, id]);
    },
    async claim({ collections }) {
      const { rows } = await ask('select * from cutaway_claim($1, $2, $3::interval)', [owner, collections, dead]);
      return rows[0] && { collection: rows[0].collection, record: recordOf(rows[0]) };
    },
    async queued() {
      const { rows } = await ask('select count(*) as count from cutaway_records where lane is not null');
      return Number(rows[0].count);
    },
    async beat(jobs) {
      if (jobs.length === 0) return [];
      const { rows } = await ask(
        `update cutaway_records r set seen = now()
           from unnest($2::text[], $3::text[], $4::integer[]) as mine (collection, id, attempts)
           where r.collection = mine.collection and r.id = mine.id and r.attempts = mine.attempts
             and r.owner = $1 and r.running returning r.collection, r.id, r.cancelled`,
        [
          owner,
          jobs.map(({ collection }) => collection),
          jobs.map(({ record }) => record.id),
          jobs.map(({ record }) => record.queue.attempts),
        ],
      );
      return jobs.map(({ collection, record }) =>
        rows.find((row) => row.collection === collection && row.id === record.id),
      );
    },
    async tell(topic, text) {
      await ask('select pg_notify($1, $2)', ['cutaway', `${topic} ${text}`]);
    },
    hear(hearer) {
      hearers.push(hearer);
    },
    async ping() {
      await pool.query('select 1');
    },
    async write(key, data) {
      checkName(key);
      const stream = data instanceof Blob ? data.stream() : data;
      const pending = `pending.${randomText(20)}`;
      /** @type {string | undefined} */ let content;
      let size = 0;
      let start = new Uint8Array(0);
      const others = maxBytes === Infinity ? 0 : (await usage()) - ((await blobOf(key))?.size ?? 0);
      /** @param {Uint8Array} bytes */
      const put = async (bytes) => {
        if (others + size + bytes.length > maxBytes) throw fullError(maxBytes);
        if (content === undefined) {
          start = bytes.slice(0, 32);
          const { rows } = await ask(
            `with made as (select lo_from_bytea(0, $1) as content)
               insert into cutaway_blobs (key, content, size, type) select $2, content, 0, '' from made returning content`,
            [Buffer.from(bytes), pending],
          );
          content = rows[0].content;
        } else await ask('select lo_put($1, $2, $3)', [content, size, Buffer.from(bytes)]);
        size += bytes.length;
      };
      try {
        for await (const bytes of inChunks(stream)) await put(bytes);
        if (content === undefined) await put(new Uint8Array(0));
        const format = sniff(start);
        await ask('select cutaway_keep($1, $2, $3, $4)', [pending, key, size, format ? MIME[format] : '']);
        return size;
      } catch (error) {
        await drop(pending).catch(onError);
        if (error instanceof ShimError) throw error;
        const full = ['53100', '53200'].includes(/** @type {any} */ (error).code);
        throw full ? new ShimError('write_failed', 'The disk of the database is full.') : error;
      }
    },
    async read(key, limit = Infinity) {
      const blob = await blobOf(key);
      if (!blob) return undefined;
      /** @type {BlobPart[]} */ const parts = [];
      const end = Math.min(blob.size, limit);
      for (let at = 0; at < end; at += CHUNK_BYTES)
        parts.push(/** @type {BlobPart} */ (await piece(blob.content, at, Math.min(CHUNK_BYTES, end - at))));
      return new Blob(parts, { type: blob.type });
    },
    async open(key) {
      const blob = await blobOf(key);
      if (!blob) return undefined;
      return {
        size: blob.size,
        type: blob.type,
        stream() {
          let at = 0;
          /** @param {ReadableStreamDefaultController<Uint8Array>} controller */
          async function pull(controller) {
            if (at >= blob.size) {
              controller.close();
              return;
            }
            const bytes = await piece(blob.content, at, CHUNK_BYTES);
            at += bytes.length;
            if (bytes.length === 0) controller.error(new ShimError('read_failed', 'The picture has been removed.'));
            else controller.enqueue(bytes);
          }
          return new ReadableStream({ pull }, { highWaterMark: 0 });
        },
      };
    },
    async has(key) {
      return (await blobOf(key)) !== undefined;
    },
    erase: (key) => drop(key),
    async keys() {
      return (await ask(`select key from cutaway_blobs where key not like 'pending.%'`)).rows.map(({ key }) => key);
    },
    usage,
    async clear(collections) {
      // A blob is written before its record; an hour is longer than any of that takes.
      await ask(
        `with gone as (
           delete from cutaway_blobs b where written < now() - interval '1 hour' and (
             key like 'pending.%' or (split_part(key, '.', 1) = any($1) and not exists (
               select 1 from cutaway_records r
                 where r.collection = split_part(b.key, '.', 1) and r.id = split_part(b.key, '.', 2))))
             returning content)
         select lo_unlink(content) from gone`,
        [collections],
      );
      await ask('delete from cutaway_lanes l where not exists (select 1 from cutaway_records r where r.lane = l.lane)');
    },
    async close() {
      closed = true;
      await stopListening();
      await pool.end();
    },
  };
  return store;

  /** @param {string} key */
  async function drop(key) {
    if (!isName(key)) return;
    await ask(
      'with gone as (delete from cutaway_blobs where key = $1 returning content) select lo_unlink(content) from gone',
      [key],
    );
  }
}

/** A stream in pieces of a megabyte. @param {ReadableStream<Uint8Array>} stream */
async function* inChunks(stream) {
  /** @type {Uint8Array[]} */ let parts = [];
  let size = 0;
  for await (const part of /** @type {AsyncIterable<Uint8Array>} */ (/** @type {unknown} */ (stream))) {
    parts.push(part);
    size += part.length;
    if (size < CHUNK_BYTES) continue;
    yield Buffer.concat(parts, size);
    parts = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(parts, size);
}
