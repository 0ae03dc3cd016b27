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
import { randomText } from '../ids.js';
import { changed, checkHolder, checkName, isName } from './memory.js';
import { patiently } from './node-patience.js';
import { createBlobs } from './node-postgres-blobs.js';
import { MIGRATIONS } from './node-postgres-schema.js';
import { s3Address } from './node-s3-address.js';

const LOCK = 7_226_401_118; // any number that is ours: of the migrations
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
/** What a record is made of, and what tells whether it is still the one that was read. */
const RECORD = 'record, created, owner, lane, attempts, running, cancelled, version';
/** The share of the connections that blobs have: whoever only asks never waits behind bytes. */
const FOR_BLOBS = 0.4;

/**
 * Brings the tables to this version, one process at a time.
 * @param {string} url @param {boolean} withS3 whether objects of S3 can be read
 */
async function migrate(url, withS3) {
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
    const { rowCount } = await client.query('select 1 from cutaway_blobs where object is not null limit 1');
    if (rowCount && !withS3)
      throw new ShimError('read_failed', 'Blobs of this database lie in S3: --blobs says where.');
  } finally {
    await client.end();
  }
}

/**
 * Opens the database, and brings its tables up to date.
 * @param {{ url: string, blobs?: string, connections?: number, maxBytes?: number, deadMs?: number,
 *   patienceMs?: number, onError?: (error: unknown) => void }} options
 *   blobs: s3://… where new blobs go (node-s3-address.js); else they are large objects;
 *   connections: to the database at most, and one more that listens
 * @returns {Promise<import('./memory.js').Store>}
 */
export async function createPostgresStore({
  url,
  blobs: place,
  connections = 10,
  maxBytes = Infinity,
  deadMs = DEAD_S * 1000,
  patienceMs = PATIENCE_MS,
  onError = () => {},
}) {
  await migrate(url, place !== undefined);
  // Loaded where it is wanted.
  const objects =
    place === undefined ? undefined : (await import('./node-s3.js')).createObjects({ ...s3Address(place), patienceMs });
  await objects?.check();
  const forBlobs = Math.max(1, Math.round(FOR_BLOBS * connections));
  const [pool, blobPool] = [Math.max(1, connections - forBlobs), forBlobs].map(
    (max) =>
      new pg.Pool({
        connectionString: url,
        max,
        connectionTimeoutMillis: 10e3,
        keepAlive: true,
        application_name: 'cutaway',
      }).on('error', onError), // of a connection that rests: the next one asked for is a new one
  );
  const dead = `${deadMs} milliseconds`;
  const owner = randomText(16);
  /** @type {((topic: string, text: string) => void)[]} */ const hearers = [];
  let closed = false;

  /** @type {Map<string, string>} */ const names = new Map();

  /**
   * Asks over a pool. A statement that is always the same has a name, and each connection parses and plans it
   * once, which is nine tenths of what the database has to do for a poll.
   * @param {pg.Pool} over
   */
  const asker =
    (over) =>
    /**
     * One statement, sent again while the database is away.
     * @param {string} text @param {unknown[]} [values] @param {{ again?: () => void, vary?: boolean }} [options]
     *   again: called before that; vary: the text is seldom the same, or its plan depends on the values
     * @returns {Promise<import('pg').QueryResult<any>>}
     */
    (text, values = [], { again, vary } = {}) => {
      if (!vary && !names.has(text)) names.set(text, `cutaway ${names.size}`);
      const statement = { text, values, ...(!vary && { name: names.get(text) }) };
      return patiently(() => over.query(statement), { broken, patienceMs, closed: () => closed, again });
    };
  const ask = asker(pool);

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
  const blobs = createBlobs({ ask: asker(blobPool), maxBytes, onError, objects });

  /** @param {string} collection @param {string} id */
  async function rowOf(collection, id) {
    if (!isName(id)) return undefined;
    const { rows } = await ask(`select ${RECORD} from cutaway_records where collection = $1 and id = $2`, [
      collection,
      id,
    ]);
    return rows[0];
  }

  /** @type {import('./memory.js').Store} */
  const store = {
    ...blobs,
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
        `select ${RECORD} from cutaway_records where ${wanted.join(' and ')} order by created ${oldest ? 'asc' : 'desc'}
           ${limit === undefined || limit === Infinity ? '' : `limit $${values.push(limit)}`}`,
        values,
        { vary: true },
      );
      return rows.map(recordOf);
    },
    async remove(collection, id) {
      if (isName(id)) await ask('delete from cutaway_records where collection = $1 and id = $2', [collection, id]);
    },
    async claim({ collections }) {
      const { rows } = await ask(`select collection, ${RECORD} from cutaway_claim($1, $2, $3::interval)`, [
        owner,
        collections,
        dead,
      ]);
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
    async clear(collections) {
      await blobs.clear(collections);
      await ask('delete from cutaway_lanes l where not exists (select 1 from cutaway_records r where r.lane = l.lane)');
    },
    async close() {
      closed = true;
      await stopListening();
      objects?.close();
      await Promise.all([pool.end(), blobPool.end()]);
    },
  };
  return store;
}
