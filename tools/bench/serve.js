// npm run bench -- serve [--pictures N]: what `cutaway serve` can do on this
// machine, with the real engine and one PostgreSQL without flushes: one replica
// of one worker against two such, calls that run no picture, polls meanwhile,
// memory. Rates need an idle machine; processor time hardly minds what else runs,
// and what a poll waited for a core says how far its time was the machine's.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { loadavg, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { noPostgres, startPostgres } from '../../tests/js/shim/support/postgres.js';

/** @type {any} it has no types */
const { default: autocannon } = await import(/** @type {string} */ ('autocannon'));
const root = fileURLToPath(new URL('../../', import.meta.url));
const ROUNDS = 3; // of each number of replicas, in turn: a busy minute meets both
const SECONDS = 5; // of calls of one kind
const PERIODS = 5; // of memory

const clockTicks = () => Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
/** Fields of /proc/PID/stat behind the name. @param {number | string} pid */
function statOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}
/** Processor seconds of a process. @param {number | string} pid @param {number} ticks */
const secondsOf = (pid, ticks) => (Number(statOf(pid)[11]) + Number(statOf(pid)[12])) / ticks;
/** Resident MB of a process. @param {number} pid */
const residentMb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** ms that the first thread of a process could have run, had it had a core. @param {number | string} pid */
const waitedMs = (pid) => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;

/** What is read of a process that may end meanwhile. @template T @param {() => T} read @param {T} otherwise */
function attempt(read, otherwise) {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** @param {readonly (number | string)[]} pids @param {(pid: number | string) => number} of */
const sum = (pids, of) => pids.map((pid) => attempt(() => of(pid), 0)).reduce((all, one) => all + one, 0);

/** The processes of a PostgreSQL, its own first. @param {number} port */
function processesOf(port) {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const line = (/** @type {string} */ pid) =>
    attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' '), '');
  const first = all.find((pid) => line(pid).includes('postgres') && line(pid).includes(`-p ${port} `));
  if (first === undefined) return [];
  return [first, ...all.filter((pid) => attempt(() => statOf(pid)[1] === first, false))];
}

/** Of all processes of a PostgreSQL, and of those that have ended. @param {number} port @param {number} ticks */
function postgresSeconds(port, ticks) {
  const all = processesOf(port);
  const ended = sum(all.slice(0, 1), (pid) => (Number(statOf(pid)[13]) + Number(statOf(pid)[14])) / ticks);
  return ended + sum(all, (pid) => secondsOf(pid, ticks));
}

/**
 * Gives PostgreSQL the share of the cores that this process has. Linux shares them between sessions
 * first (autogroup), and each connection of PostgreSQL is a session: where this one was given more
 * or less, all of its pictures would go before a poll's statement, or after it. Needs root.
 * @param {number} port
 */
function shareAlike(port) {
  const own = attempt(() => /nice (-?\d+)/.exec(readFileSync('/proc/self/autogroup', 'utf8'))?.[1], '0') ?? '0';
  for (const pid of own === '0' ? [] : processesOf(port))
    attempt(() => writeFileSync(`/proc/${pid}/autogroup`, own), undefined);
}

/** A replica with one worker. @param {string} store */
async function start(store) {
  const child = spawn(
    process.execPath,
    ['bin/cutaway.js', 'serve', '--port', '0', '--queue', '100000', '--quiet', '--workers', '1'],
    { cwd: root, env: { ...process.env, CUTAWAY_STORE: store }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`cutaway serve ended with ${code}`);
    }),
  ]);
  return { child, pid: /** @type {number} */ (child.pid), address: String(line).trim() };
}
/** @typedef {Awaited<ReturnType<typeof start>>} Replica */

/** @param {string} url @param {unknown} body @returns {Promise<any>} */
const post = async (url, body) =>
  (
    await fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  ).json();

/** An upload whose path projects may name. @param {string} address */
async function upload(address) {
  const { items } = await post(`${address}/v1/files/upload-urls`, { items: [{ type: 'image', extension: 'jpg' }] });
  await fetch(items[0].upload_url, { method: 'PUT', body: readFileSync(`${root}web/samples/duck.jpg`) });
  return items[0].file_path;
}

/** Projects, from the first create to the end of the last. @param {readonly Replica[]} replicas @param {string} path @param {number} count */
async function remove(replicas, path, count) {
  const started = performance.now();
  const ids = [];
  for (let n = 0; n < count; n++) {
    const { address } = replicas[n % replicas.length];
    ids.push((await post(`${address}/v1/image-background-remover`, { assets: { image_file_path: path } })).id);
  }
  for (const id of ids) {
    for (;;) {
      const { status } = await (await fetch(`${replicas[0].address}/v1/image-projects/${id}`)).json();
      if (status === 'complete') break;
      if (status !== 'queued' && status !== 'rendering') throw new Error(`a picture ended as ${status}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return { seconds: (performance.now() - started) / 1000, id: ids[0] };
}

/** Calls of one kind, at all replicas at the same time. @param {readonly Replica[]} replicas @param {any} options with `path` */
async function calls(replicas, { path, ...options }) {
  const each = await Promise.all(
    replicas.map(({ address }) => autocannon({ url: address + path, connections: 10, duration: SECONDS, ...options })),
  );
  const errors = each.reduce((sum, one) => sum + one.errors + one.non2xx, 0);
  if (errors) throw new Error(`${errors} calls of ${path} failed`);
  return {
    perSecond: each.reduce((sum, one) => sum + one.requests.average, 0),
    total: each.reduce((sum, one) => sum + one.requests.total, 0),
    p99: Math.max(...each.map((one) => one.latency.p99)),
  };
}

/**
 * @param {{ pictures?: number }} [options] in each round
 * @returns {Promise<{ result: Record<string, number | number[]>, text: string }>}
 */
export async function benchServe({ pictures = 40 } = {}) {
  if (noPostgres) return { result: {}, text: `skipped: ${noPostgres}` };
  const ticks = clockTicks();
  const postgres = await startPostgres();
  /** @type {Replica[]} */ const two = [];
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.once(signal, () => {
      for (const { child } of two) child.kill('SIGKILL');
      postgres.end();
      process.exit(1);
    });
  try {
    const store = await postgres.fresh();
    two.push(await start(store));
    const one = two.slice();
    two.push(await start(store));
    const path = await upload(one[0].address);
    await remove(two, path, Math.min(20, pictures)); // warm
    attempt(() => setPriority(-5), undefined); // who measures must not wait for what it measures; the replicas have begun
    shareAlike(postgres.port);
    const cost = () => two.reduce((sum, { pid }) => sum + secondsOf(pid, ticks), 0);

    // The second replica is frozen while the first is measured alone: it must not take its jobs.
    const seconds = { one: 0, two: 0 };
    let id = '';
    let [spent, asked] = [0, 0];
    for (let round = 0; round < ROUNDS; round++) {
      two[1].child.kill('SIGSTOP');
      seconds.one += (await remove(one, path, pictures)).seconds;
      two[1].child.kill('SIGCONT');
      await remove(two, path, 2);
      const [before, database] = [cost(), postgresSeconds(postgres.port, ticks)];
      const both = await remove(two, path, pictures);
      seconds.two += both.seconds;
      spent += cost() - before;
      asked += postgresSeconds(postgres.port, ticks) - database;
      ({ id } = both);
    }

    const poll = { path: `/v1/image-projects/${id}` };
    await calls(two, { ...poll, duration: 2 }); // warm
    shareAlike(postgres.port);
    const [idle, idleDatabase] = [cost(), postgresSeconds(postgres.port, ticks)];
    const polls = await calls(two, poll);
    const [polled, polledDatabase] = [cost() - idle, postgresSeconds(postgres.port, ticks) - idleDatabase];
    const slots = await calls(two, {
      path: '/v1/files/upload-urls',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ items: [{ type: 'image', extension: 'png' }] }),
    });

    const memory = [two.map(({ pid }) => Math.round(residentMb(pid)))];
    /** What each process waited for a core until now, by whose it is. */
    const waits = () =>
      [two.map(({ pid }) => String(pid)), processesOf(postgres.port), ['self']].map(
        (pids) => new Map(pids.map((pid) => [pid, attempt(() => waitedMs(pid), 0)])),
      );
    let meanwhile = 0;
    let asks = 0;
    const waitedBefore = waits();
    for (let period = 0; period < PERIODS; period++) {
      const working = remove(two, path, pictures);
      const { p99, total } = await calls(two, { ...poll, connections: 2, overallRate: 25 });
      meanwhile = Math.max(meanwhile, p99);
      asks += total;
      await working;
      memory.push(two.map(({ pid }) => Math.round(residentMb(pid))));
    }
    const waited = waits().map(
      (all, i) =>
        sum([...all.keys()], (pid) => (all.get(String(pid)) ?? 0) - (waitedBefore[i].get(String(pid)) ?? 0)) / asks,
    );

    const count = ROUNDS * pictures;
    const result = {
      'pictures a second, one worker': count / seconds.one,
      'pictures a second, two replicas': count / seconds.two,
      'two replicas against one worker': seconds.one / seconds.two,
      'processor ms a picture, replicas': (1000 * spent) / count,
      'processor ms a picture, PostgreSQL': (1000 * asked) / count,
      'polls a second, two replicas': polls.perSecond,
      'creates of upload addresses a second, two replicas': slots.perSecond,
      'processor ms a poll, replica': (1000 * polled) / polls.total,
      'processor ms a poll, PostgreSQL': (1000 * polledDatabase) / polls.total,
      'p99 ms of polls, nothing else': polls.p99,
      'p99 ms of 50 polls a second, meanwhile pictures': meanwhile,
      'ms without a core, by such poll: replicas': waited[0],
      'ms without a core, by such poll: PostgreSQL': waited[1],
      'ms without a core, by such poll: who asks': waited[2],
      'tasks that run or wait for a core': loadavg()[0],
    };
    const rows = Object.entries(result).map(([name, value]) => `${name.padEnd(52)} ${Number(value.toPrecision(3))}`);
    rows.push(
      `MB of the replicas, before and after each ${pictures} pictures`.padEnd(52) +
        ` ${memory.map((both) => both.join(' and ')).join('; ')}`,
    );
    return { result: { ...result, 'MB of the first replica': memory.map(([first]) => first) }, text: rows.join('\n') };
  } finally {
    for (const { child } of two) {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
    }
    await Promise.all(two.map(({ child }) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
    postgres.end();
  }
}
