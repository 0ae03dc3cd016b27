/**
 * `cutaway serve`: the vendors' APIs on this machine.
 *
 * Keys come from the environment only: an argument would stand in the process
 * list and in the shell's history.
 *
 * @module shim/cli-serve
 */
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createEnginePool } from './adapters/engine-pool.js';
import { addKey, createAccounts } from './adapters/node-accounts.js';
import { createMetrics } from './adapters/node-metrics.js';
import { requestIds, serve } from './adapters/node-server.js';
import { strictKeys } from './create-shim.js';
import { DIALECTS } from './dialects/index.js';
import { POLICIES } from './remote.js';
import { s3Address } from './store/node-s3-address.js';

const ENGINE = new URL('../web/engine/node.js', import.meta.url);

const NAMES = DIALECTS.map(({ name }) => name).join(', ');
const TITLES = DIALECTS.map(({ title }) => title)
  .join(', ')
  .replace(/, (?=[^,]*$)/, ' and ');

export const SERVE_HELP = `usage: cutaway serve [options]

Answers ${TITLES} requests on this machine.

  --port N              8787; 0 for any free one
  --host ADDRESS        127.0.0.1; anything else lets other machines in, and
                        needs --keys or --open
  --dir DIR             where uploads, results and jobs are kept
                        (${join('~', '.local', 'share', 'cutaway')}); "none": in memory
  --store URL           postgres://USER:PASSWORD@HOST/NAME instead of --dir: any
                        number of processes and machines share it; also from
                        the environment, CUTAWAY_STORE
  --blobs URL           with --store: pictures in an S3 store instead of the
                        database, s3://BUCKET[/PREFIX][?endpoint=URL&region=NAME];
                        also CUTAWAY_BLOBS; keys from AWS_ACCESS_KEY_ID and
                        AWS_SECRET_ACCESS_KEY, or the machine's role
  --role ROLE           both; api: takes requests, others work on them;
                        worker: works, and answers only /healthz, /readyz, /metrics
  --workers N           pictures at a time, one a core
  --queue N             requests that may wait, 64; beyond it 429
  --allow-origin URL    a page elsewhere that may ask too; repeatable
  --trust-origin URL    a private origin that requests may name pictures on; repeatable
  --public-url URL      how clients reach it, through a proxy in front
  --keys FILE           only these keys, and what is made with one is its account's
                        alone; file: docs/guides/serving.md
  --add-key NAME=DIALECT  with --keys: adds a key of the account NAME, prints it, ends
  --open                anybody who reaches it may read everything in it
  --strict-keys         refuse keys that are not of the vendor's form
  --proxy NAME[=URL]    pass /proxy/NAME/ on to the vendor with the key of the
                        environment; repeatable
  --remote NAME[=URL]   the remote to fall back to; repeatable
  --policy POLICY       ${POLICIES.join(', ')}
  --send-pictures       agree that pictures are sent to the remotes
  --log FORMAT          text or json, a line per request on stderr
  --quiet               no line per request
  --drain SECONDS       at the end, for jobs under way, 5; before that, for a balancer
                        to hear of it: --linger SECONDS, 0

NAME is one of ${NAMES}; keys are read from
${DIALECTS.map(({ remote }) => remote.keyVariable).join(', ')}.
`;

/** @param {string | undefined} text @param {string} name @param {number} low @param {number} high */
function integer(text, name, low, high) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < low || value > high)
    throw new TypeError(`--${name} takes an integer from ${low} to ${high}`);
  return value;
}

/** @param {readonly string[]} list @param {string} flag */
function remotes(list, flag) {
  return Object.fromEntries(
    list.map((one) => {
      const [, name, url] = /^([\w-]+)(?:=(.+))?$/.exec(one) ?? [];
      const vendor = DIALECTS.find((dialect) => dialect.name === name)?.remote;
      if (!vendor) throw new TypeError(`--${flag} takes one of ${NAMES}`);
      const baseUrl = url ?? vendor.baseUrl;
      if (!URL.canParse(baseUrl) || !/^https?:/.test(baseUrl))
        throw new TypeError(`--${flag} ${name}: not an http(s) address`);
      return [name, { baseUrl, key: process.env[vendor.keyVariable] ?? '' }];
    }),
  );
}

/** @param {string | undefined} text @param {string} name @param {readonly string[]} words */
function word(text, name, words) {
  if (text !== undefined && !words.includes(text)) throw new TypeError(`--${name} takes one of ${words.join(', ')}`);
  return text;
}

/** @param {string} text */
function checkBlobs(text) {
  try {
    s3Address(text);
  } catch (error) {
    throw new TypeError(`--blobs: ${/** @type {Error} */ (error).message}`);
  }
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** @param {readonly string[]} list @param {string} flag */
function origins(list, flag) {
  for (const one of list) {
    if (!URL.canParse(one) || new URL(one).origin !== one)
      throw new TypeError(`--${flag} takes an origin such as https://page.example`);
  }
  return list;
}

/**
 * Serves until SIGINT or SIGTERM.
 * @param {string[]} argv what stands after `serve`
 * @param {{ engineModule?: URL, ready?: (server: Awaited<ReturnType<typeof serve>>) => void }} [options] for tests
 * @returns {Promise<number>} exit status
 */
export async function serveCommand(argv, { engineModule = ENGINE, ready } = {}) {
  let wish;
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        dir: { type: 'string' },
        store: { type: 'string' },
        blobs: { type: 'string' },
        role: { type: 'string' },
        'public-url': { type: 'string' },
        keys: { type: 'string' },
        'add-key': { type: 'string' },
        open: { type: 'boolean' },
        log: { type: 'string' },
        drain: { type: 'string' },
        linger: { type: 'string' },
        workers: { type: 'string' },
        queue: { type: 'string' },
        'allow-origin': { type: 'string', multiple: true },
        'trust-origin': { type: 'string', multiple: true },
        'strict-keys': { type: 'boolean' },
        proxy: { type: 'string', multiple: true },
        remote: { type: 'string', multiple: true },
        policy: { type: 'string' },
        'send-pictures': { type: 'boolean' },
        quiet: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      process.stdout.write(SERVE_HELP);
      return 0;
    }
    const { policy = 'local-only' } = values;
    if (!POLICIES.includes(policy)) throw new TypeError(`--policy takes one of ${POLICIES.join(', ')}`);
    const { keys, open = false } = values;
    const store = values.store ?? process.env.CUTAWAY_STORE;
    if (store !== undefined && !/^postgres(ql)?:\/\//.test(store))
      throw new TypeError('--store takes an address such as postgres://user@host/name');
    if (store !== undefined && values.dir !== undefined) throw new TypeError('--store and --dir: one of them');
    const blobs = values.blobs ?? (store !== undefined ? process.env.CUTAWAY_BLOBS : undefined);
    if (blobs !== undefined && store === undefined) throw new TypeError('--blobs needs --store');
    if (blobs !== undefined) checkBlobs(blobs);
    const role = word(values.role, 'role', ['both', 'api', 'worker']);
    if (role && role !== 'both' && store === undefined) throw new TypeError('--role needs --store');
    if (keys !== undefined && open) throw new TypeError('--keys and --open: one of them');
    if (values['add-key'] !== undefined) return await newKey(keys, values['add-key']);
    if (!LOOPBACK.test(values.host ?? 'localhost') && keys === undefined && !open && role !== 'worker')
      throw new TypeError('--host lets other machines in: say who may with --keys FILE, or --open');
    const publicUrl = values['public-url'];
    if (publicUrl !== undefined && (!URL.canParse(publicUrl) || !/^https?:\/\/[^/]+\/?$/.test(publicUrl)))
      throw new TypeError('--public-url takes an address such as https://pictures.example');
    wish = {
      store,
      blobs,
      role: /** @type {'both' | 'api' | 'worker' | undefined} */ (role),
      keys,
      open,
      publicUrl,
      log: word(values.log, 'log', ['text', 'json']) ?? 'text',
      drain: integer(values.drain, 'drain', 0, 3600) ?? 5,
      linger: integer(values.linger, 'linger', 0, 3600) ?? 0,
      port: integer(values.port, 'port', 0, 65535) ?? 8787,
      host: values.host ?? '127.0.0.1',
      dir: values.dir ?? join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'cutaway'),
      workers: integer(values.workers, 'workers', 1, 64) ?? Math.min(64, availableParallelism()),
      queue: integer(values.queue, 'queue', 1, 100000),
      policy: /** @type {import('./remote.js').Policy} */ (policy),
      proxy: remotes(values.proxy ?? [], 'proxy'),
      remote: remotes(values.remote ?? [], 'remote'),
      allowOrigins: origins(values['allow-origin'] ?? [], 'allow-origin'),
      trustedOrigins: origins(values['trust-origin'] ?? [], 'trust-origin'),
      strict: values['strict-keys'] ?? false,
      agreed: values['send-pictures'] ?? false,
      quiet: values.quiet ?? false,
    };
  } catch (error) {
    process.stderr.write(`cutaway serve: ${/** @type {Error} */ (error).message}\n\n${SERVE_HELP}`);
    return 2;
  }

  let server;
  const engine = createEnginePool({
    size: wish.workers,
    most: 2 * wish.workers,
    // pictures step back for requests: who only asks how far one is gets an answer at once
    create: async () => (await import(engineModule.href)).createNodeEngine({ niceness: 10 }),
  });
  /** @param {Record<string, unknown>} entry */
  const line = (entry) => process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`);
  /** @param {unknown} error */
  const complain = (error) => {
    const text = `${(/** @type {any} */ (error))?.message ?? error}`;
    if (wish.log === 'json') line({ level: 'error', id: requestIds.getStore(), message: text });
    else process.stderr.write(`cutaway serve: ${text}\n`);
  };
  try {
    const accounts = wish.keys && (await createAccounts({ file: wish.keys, dialects: DIALECTS, onError: complain }));
    // Loaded where it is wanted: nobody needs a database to begin.
    const store =
      wish.store &&
      (await (
        await import('./store/node-postgres.js')
      ).createPostgresStore({
        url: wish.store,
        blobs: wish.blobs,
        onError: complain,
      }));
    server = await serve({
      port: wish.port,
      host: wish.host,
      proxy: wish.proxy,
      remote: wish.remote,
      policy: wish.policy,
      allowOrigins: wish.allowOrigins,
      trustedOrigins: wish.trustedOrigins,
      ...(store ? { store } : wish.dir !== 'none' && { dir: wish.dir }),
      ...(wish.role && { role: wish.role }),
      ...(wish.publicUrl && { publicUrl: wish.publicUrl }),
      metrics: createMetrics(),
      drainMs: 1000 * wish.drain,
      lingerMs: 1000 * wish.linger,
      ...(wish.queue && { limits: { queue: wish.queue } }),
      ...(wish.strict && { authorize: strictKeys }),
      ...(accounts && { authorize: accounts.authorize, proxyNeedsKey: true }),
      consent: { granted: () => wish.agreed },
      engine,
      onError: complain,
      ...(!wish.quiet && {
        log: ({ method, path, status, ms, ...more }) => {
          if (wish.log === 'json') line({ level: 'info', method, path, status, ms, ...more });
          else process.stderr.write(`${method} ${path} ${status} ${ms} ms\n`);
        },
      }),
    });
  } catch (error) {
    const { code = 'internal', message } = /** @type {any} */ (error);
    process.stderr.write(`cutaway serve: ${String(code).toLowerCase()}: ${message}\n`);
    return 1;
  }
  process.stdout.write(`${server.address}\n`);
  if (!wish.keys && !wish.quiet && wish.role !== 'worker')
    complain('there are no keys: whoever reaches it may read everything in it (--keys FILE)');
  if (wish.role !== 'api') engine.preload().catch(complain); // clients such as ky give up after 10 s
  const stopped = new Promise((resolve) => {
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, resolve);
  });
  ready?.(server);
  await stopped;
  await server.close();
  return 0;
}

/** Adds a key to the file, and prints it. @param {string | undefined} file @param {string} text NAME=DIALECT */
async function newKey(file, text) {
  const [account, name] = text.split('=');
  const dialect = DIALECTS.find((one) => one.name === name);
  if (file === undefined) throw new TypeError('--add-key needs --keys FILE');
  if (!dialect?.newKey) throw new TypeError(`--add-key takes NAME=DIALECT, with one of ${NAMES}`);
  process.stdout.write(`${await addKey(file, account, dialect)}\n`);
  return 0;
}
