// node tools/bench/serve.js [pictures]: what a picture costs a server, with the
// real engine, two replicas of one worker each on one PostgreSQL. Processor time
// is what to go by: it hardly minds what else the machine does.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { noPostgres, startPostgres } from '../../tests/js/shim/support/postgres.js';

/** @type {any} it has no types */
const { default: autocannon } = await import(/** @type {string} */ ('autocannon'));
const root = fileURLToPath(new URL('../../', import.meta.url));
const total = Number(process.argv[2] ?? 200);
if (noPostgres) throw new Error(noPostgres);
const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Processor seconds and resident MB of a process. @param {number} pid */
function costOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    seconds: (Number(fields[11]) + Number(fields[12])) / ticks,
    mb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024,
  };
}
/** Of all backends of the tests' PostgreSQL, and of those that have ended. @param {number} port */
function postgresSeconds(port) {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  for (const pid of all) {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      if (!line.includes(`-p\0${port}`) && !line.includes(`-p ${port}`)) continue;
      if (!/postgres/.test(line)) continue;
      const children = all.filter((one) => {
        try {
          return readFileSync(`/proc/${one}/stat`, 'utf8').split(') ')[1].split(' ')[1] === pid;
        } catch {
          return false;
        }
      });
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
      const ended = (Number(stat[13]) + Number(stat[14])) / ticks;
      return children.reduce((sum, one) => sum + costOf(Number(one)).seconds, costOf(Number(pid)).seconds + ended);
    } catch {
      // it ended meanwhile
    }
  }
  return NaN;
}

/** @param {string} store @param {string[]} args */
async function start(store, ...args) {
  const child = spawn(
    process.execPath,
    ['bin/cutaway.js', 'serve', '--port', '0', '--queue', '100000', '--quiet', ...args],
    { cwd: root, env: { ...process.env, CUTAWAY_STORE: store }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await once(child.stdout, 'data');
  return { child, address: String(line).trim(), cost: () => costOf(/** @type {number} */ (child.pid)) };
}

/** @param {string} url @param {unknown} body @returns {Promise<any>} */
const post = async (url, body) =>
  (
    await fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  ).json();

/** Projects that end; gives seconds. @param {string[]} addresses @param {number} count */
async function remove(addresses, count) {
  const { items } = await post(`${addresses[0]}/v1/files/upload-urls`, {
    items: [{ type: 'image', extension: 'jpg' }],
  });
  await fetch(items[0].upload_url, { method: 'PUT', body: readFileSync(`${root}web/samples/duck.jpg`) });
  const started = performance.now();
  const ids = [];
  for (let n = 0; n < count; n++)
    ids.push(
      (
        await post(`${addresses[n % addresses.length]}/v1/image-background-remover`, {
          assets: { image_file_path: items[0].file_path },
        })
      ).id,
    );
  for (const id of ids) {
    for (;;) {
      const { status } = await (await fetch(`${addresses[0]}/v1/image-projects/${id}`)).json();
      if (status === 'complete') break;
      if (status === 'error') throw new Error('a picture failed');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return { seconds: (performance.now() - started) / 1000, id: ids[0] };
}

const postgres = await startPostgres();
/** @type {import('node:child_process').ChildProcess[]} */ const children = [];
try {
  const store = await postgres.fresh();
  const one = await start(store, '--workers', '1');
  children.push(one.child);
  await remove([one.address], 10); // warm
  const alone = await remove([one.address], total);
  const two = await start(store, '--workers', '1');
  children.push(two.child);
  const addresses = [one.address, two.address];
  await remove(addresses, 10);
  const before = [one, two].map((server) => server.cost().seconds);
  const database = postgresSeconds(postgres.port);
  const both = await remove(addresses, total);
  const spent = [one, two].reduce((sum, server, i) => sum + server.cost().seconds - before[i], 0);
  const asked = postgresSeconds(postgres.port) - database;
  const poll = `${one.address}/v1/image-projects/${both.id}`;
  const [idle, idleDatabase] = [one.cost().seconds, postgresSeconds(postgres.port)];
  const polls = await autocannon({ url: poll, connections: 10, duration: 5 });
  const [polled, polledDatabase] = [one.cost().seconds - idle, postgresSeconds(postgres.port) - idleDatabase];
  const working = remove(addresses, total);
  const meanwhile = await autocannon({ url: poll, connections: 2, overallRate: 50, duration: 5 });
  await working;
  const rows = {
    'pictures a second, one worker': (total / alone.seconds).toFixed(2),
    'pictures a second, two replicas': (total / both.seconds).toFixed(2),
    'processor ms a picture, replicas': ((1000 * spent) / total).toFixed(0),
    'processor ms a picture, PostgreSQL': ((1000 * asked) / total).toFixed(1),
    'MB of each replica': [one, two].map((server) => server.cost().mb.toFixed(0)).join(', '),
    'polls a second, nothing else': polls.requests.average.toFixed(0),
    'processor ms a poll, replica': ((1000 * polled) / polls.requests.total).toFixed(2),
    'processor ms a poll, PostgreSQL': ((1000 * polledDatabase) / polls.requests.total).toFixed(2),
    'p99 ms of polls, nothing else': polls.latency.p99,
    'p99 ms of polls, meanwhile pictures': meanwhile.latency.p99,
  };
  for (const [name, value] of Object.entries(rows)) process.stdout.write(`${name.padEnd(40)} ${value}\n`);
} finally {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children.map((child) => once(child, 'exit')));
  postgres.end();
}
