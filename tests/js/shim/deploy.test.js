/** What is given to those who run it: manifests fit their schemas, flags exist, the image's root serves. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Service } from 'kubernetes-models/v1';
import { parse, parseAllDocuments } from 'yaml';
import { SERVE_HELP } from '../../../shim/cli-serve.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path) => readFileSync(join(root, path), 'utf8');
const manifests = parseAllDocuments(read('deploy/kubernetes/cutaway.yaml')).map((one) => one.toJS());
const kinds = { Deployment, HorizontalPodAutoscaler, NetworkPolicy, PodDisruptionBudget, Service };

/** Flags that `cutaway serve` knows. */
const flags = new Set(SERVE_HELP.match(/--[a-z-]+/g));
const unknown = (args) => args.filter((one) => one.startsWith('--') && !flags.has(one));

test('every manifest fits the schema of its kind; a wrong one does not', () => {
  assert.ok(manifests.length >= 7);
  for (const manifest of manifests) new kinds[manifest.kind](manifest).validate();
  const [deployment] = manifests.filter(({ kind }) => kind === 'Deployment');
  assert.throws(() => new Deployment({ ...deployment, spec: { ...deployment.spec, replicas: 'two' } }).validate());
});

test('manifests: flags exist, selectors find their pods, everything is unprivileged and asks for what it needs', () => {
  const deployments = manifests.filter(({ kind }) => kind === 'Deployment');
  const labels = deployments.map(({ spec }) => spec.template.metadata.labels);
  const found = (selector) =>
    labels.some((all) => Object.entries(selector).every(([name, value]) => all[name] === value));
  for (const { kind, spec } of manifests) {
    if (kind === 'Service') assert.ok(found(spec.selector));
    if (kind === 'PodDisruptionBudget') assert.ok(found(spec.selector.matchLabels));
    if (kind === 'NetworkPolicy') assert.ok(found(spec.podSelector.matchLabels));
    if (kind === 'HorizontalPodAutoscaler')
      assert.ok(deployments.some(({ metadata }) => metadata.name === spec.scaleTargetRef.name));
  }
  for (const { spec } of deployments) {
    const { securityContext, containers, terminationGracePeriodSeconds } = spec.template.spec;
    assert.equal(securityContext.runAsNonRoot, true);
    for (const { args, securityContext: own, readinessProbe, livenessProbe, resources } of containers) {
      assert.deepEqual(unknown(args), []);
      assert.deepEqual([own.readOnlyRootFilesystem, own.allowPrivilegeEscalation], [true, false]);
      assert.deepEqual([readinessProbe.httpGet.path, livenessProbe.httpGet.path], ['/readyz', '/healthz']);
      assert.ok(resources.requests.cpu && resources.requests.memory && resources.limits.memory);
      const seconds = (name) => (args.includes(name) ? Number(args[args.indexOf(name) + 1]) : 0);
      const waits = seconds('--linger') + seconds('--drain');
      assert.ok(waits < terminationGracePeriodSeconds, 'it may end by itself');
    }
  }
});

test('compose.yaml: flags exist, secrets and volumes are declared, nothing is open to other machines', () => {
  const { services, secrets, volumes } = parse(read('compose.yaml'));
  assert.deepEqual(unknown(services.cutaway.command), []);
  assert.equal(services.cutaway.deploy.replicas, 2);
  assert.equal(services.cutaway.read_only, true);
  for (const name of services.cutaway.secrets) assert.ok(secrets[name]);
  assert.ok('postgres' in volumes);
  for (const port of services.proxy.ports) assert.match(port, /^127\.0\.0\.1:/);
});

test('Dockerfile: what it copies is there, the last stage is no root', () => {
  const text = read('Dockerfile');
  const last = text.slice(text.lastIndexOf('\nFROM '));
  assert.match(last, /^\nFROM scratch\n/);
  assert.match(last, /\nUSER 65532:65532\n/);
  const [entry] = /\nENTRYPOINT (\[.*\])/.exec(last)?.slice(1) ?? [];
  assert.deepEqual(unknown(JSON.parse(entry)), []);
});

const built = existsSync(join(root, 'dist/cutaway.wasm'));
const may = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', '--pid', '--fork', 'true']).status === 0;
test('the root of the image is small, and serves read-only as nobody', {
  skip: (!built && 'dist/ is not built') || (!may && 'no right to make a root of its own'),
  timeout: 300e3,
}, async () => {
  const scratch = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'cutaway-image-'));
  const image = join(scratch, 'image');
  /** @type {() => Promise<unknown>} */ let end = async () => {};
  try {
    const made = spawnSync(process.execPath, [join(root, 'deploy/image-root.js'), image], { encoding: 'utf8' });
    assert.equal(made.status, 0, made.stderr);
    const size = Number(/: (\d+) MB/.exec(made.stdout)[1]);
    assert.ok(size <= 120, `${size} MB`);
    assert.deepEqual(readdirSync(join(image, 'app')).sort(), [
      'LICENSE',
      'THIRD_PARTY.md',
      'bin',
      'dist',
      'models',
      'node_modules',
      'package.json',
      'shim',
      'web',
    ]);
    const script = `set -e; cd ${scratch}; mkdir -p m image/proc image/dev
      mount --bind image m; mount -o remount,bind,ro m
      mount -t tmpfs -o mode=1777 none m/tmp; mount -t tmpfs -o mode=1777 none m/data
      mount -t proc none m/proc; mount --bind /dev m/dev
      exec chroot --userspec=65532:65532 m /usr/bin/node /app/bin/cutaway.js serve --port 0 --dir /data --quiet`;
    const child = spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a group of its own: who becomes another user outlives its parent's end
    });
    const gone = once(child, 'exit');
    end = () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-Number(child.pid), 'SIGKILL');
      return gone;
    };
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    const [line] = await Promise.race([
      once(child.stdout, 'data'),
      gone.then(() => {
        throw new Error(said);
      }),
    ]);
    const address = String(line).trim();
    assert.equal((await fetch(`${address}/readyz`)).status, 200);
    const form = new FormData();
    form.append('name', 'duck');
    form.append(
      'image',
      new Blob([readFileSync(join(root, 'web/samples', readdirSync(join(root, 'web/samples'))[0]))]),
    );
    const headers = { 'x-api-key': 'live_1' };
    const image1 = await (await fetch(`${address}/v1/images/upload`, { method: 'POST', body: form, headers })).json();
    const cut = await fetch(`${address}/v1/images/${image1.id}/remove-background`, { method: 'POST', headers });
    assert.equal(cut.status, 201, `with the real engine: ${await cut.text()} ${said}`);
  } finally {
    await end();
    rmSync(scratch, { recursive: true, force: true });
  }
});
