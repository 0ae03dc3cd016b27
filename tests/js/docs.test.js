// What the documents say can be done can be done: links lead somewhere, files
// that are named exist, commands run, settings are the product's own.
// tests/browser/guides.spec.js runs their JavaScript.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { dist, root } from '../../tools/build.js';
import { contentSecurityPolicy } from '../../tools/serve.js';
import { blocks } from '../docs.js';

const documents = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((path) => existsSync(join(root, path)));
const guides = documents.filter((path) => path.startsWith('docs/guides/'));
const manuals = [...guides, 'docs/embedding.md', 'README.md'];
/** @param {string} path */
const read = (path) => readFileSync(join(root, path), 'utf8');
/** @param {string} text */
const prose = (text) => text.replace(/^```[\s\S]*?^```/gm, '');

/** The anchors that a reader on GitHub has. @param {string} path */
const anchors = (path) =>
  [...prose(read(path)).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replace(/ /g, '-'),
  );

test('every link between documents leads to a file, and to a heading of it', () => {
  assert.ok(documents.length > 30 && guides.length === 5);
  let seen = 0;
  for (const path of documents) {
    for (const [, target] of prose(read(path))
      .replace(/`[^`]*`/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file, anchor] = target.split('#');
      const to = file ? relative(root, join(root, dirname(path), file)) : path;
      assert.ok(existsSync(join(root, to)), `${path}: ${target}`);
      if (anchor) assert.ok(anchors(to).includes(anchor), `${path}: ${target}`);
      seen++;
    }
  }
  assert.ok(seen > 50, String(seen));
});

test('the README leads to every guide', () => {
  for (const path of [...guides, 'docs/embedding.md']) assert.ok(read('README.md').includes(`](${path})`), path);
});

test('files that a manual names exist: here, beside it, or in dist/', () => {
  const made = ['404.html', '.nojekyll', 'card.png', 'build/site/', 'manifest.json']; // by npm run site; a user's own
  let seen = 0;
  for (const path of manuals) {
    for (const [, name] of prose(read(path)).matchAll(/`((?:[\w.-]+\/)*[\w-]*(?:\.[a-z]+|\/))`/g)) {
      const extension = /^\.\w+$/.test(name) && name !== '.nojekyll';
      if (extension || made.includes(name) || (name.startsWith('cutaway.') && !name.endsWith('wasm'))) continue;
      assert.ok(
        [root, dist, dirname(join(root, path)), join(root, 'node_modules')].some((at) =>
          existsSync(join(at, name.replace(/^node_modules\/cutaway\//, ''))),
        ),
        `${path}: ${name}`,
      );
      seen++;
    }
  }
  assert.ok(seen > 8, String(seen));
});

test('what is kept on the machine has the names that the source has', () => {
  const source = execFileSync('git', ['grep', '-h', '', '--', 'web/*.js', 'shim/*.js'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  const table = read('docs/guides/privacy.md').split('## What stays')[1].split('\n## ')[0];
  const named = [...table.matchAll(/`(cutaway[.-][\w.-]+)`/g)].map(([, name]) => name);
  const stores = [...source.matchAll(/(?:\.open\(|\b(?:STORE|key|name) = )['`](cutaway-[a-z]+(?:-\d)?)/g)].map(
    ([, name]) => name,
  );
  const kept = [...source.matchAll(/\bremember\('([\w-]+)'/g)].map(([, name]) => `cutaway.${name}`);
  assert.deepEqual([...new Set([...stores, ...kept])].sort(), [...new Set(named)].sort());
  assert.deepEqual([...source.matchAll(/document\.cookie|sendBeacon/g)], []);
});

test('policies that are written down are the one that everything is tested under', () => {
  const short = contentSecurityPolicy.split('; ').slice(0, 4).join('; ');
  let seen = 0;
  for (const path of documents) {
    for (const [policy] of read(path).matchAll(
      /default-src 'self'; script-src [^\n`"]*img-src[^\n`"]*?(?=;?[\n`"])/g,
    )) {
      assert.ok([contentSecurityPolicy, short].includes(policy), `${path}: ${policy}`);
      seen++;
    }
  }
  assert.ok(seen >= 2);
});

test('the nginx example knows the type of every file', () => {
  const [config] = blocks('docs/guides/self-hosting.md', 'nginx');
  const known = [...config.matchAll(/^ {4}\w[^\s]*\/[^\s]* ([\w ]+);$/gm)].flatMap(([, endings]) => endings.split(' '));
  const endings = new Set(
    readdirSync(dist, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'LICENSE')
      .map(({ name }) => extname(name).slice(1)),
  );
  assert.deepEqual([...endings].sort(), known.sort());
});

test('npm scripts that are named exist', () => {
  const { scripts } = JSON.parse(read('package.json'));
  for (const path of documents) {
    for (const [, name] of read(path).matchAll(/\bnpm run ([a-z][\w-]*)/g))
      assert.ok(scripts[name] || path.startsWith('examples/'), `${path}: ${name}`);
  }
});

test('models by name are those of known.json', () => {
  const { models } = JSON.parse(read('models/known.json'));
  const table = read('docs/guides/models.md').split('## By name')[1].split('\n## ')[0];
  const named = [...table.matchAll(/^\| (`[^|]+)/gm)].flatMap(([, cell]) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  assert.deepEqual(named.sort(), ['base', ...Object.keys(models)].sort());
});

/** A folder as a reader has it, in which `cutaway` is this one. */
let away = '';
before(() => {
  away = mkdtempSync(join(tmpdir(), 'cutaway-docs-'));
  for (const name of ['photo.jpg', 'shoe.jpg']) cpSync(join(root, 'web/samples/duck.jpg'), join(away, name));
  mkdirSync(join(away, 'shoes'));
  // exec: what is put behind and stopped has to be the program itself
  writeFileSync(join(away, 'cutaway'), `#!/bin/sh\nexec node '${join(root, 'bin/cutaway.js')}' "$@"\n`, {
    mode: 0o755,
  });
  cpSync(join(root, 'models/base/model.onnx'), join(away, 'shoes/shoes.onnx'));
});
after(() => rmSync(away, { recursive: true, force: true }));

/** @param {string} script @returns {string} */
function shell(script) {
  const stop = "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n";
  const done = spawnSync('bash', ['-euc', stop + script], {
    cwd: away,
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, PATH: `${away}:${process.env.PATH}` },
  });
  assert.equal(done.status, 0, `${script}\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

test('a model of one’s own: the manifest is valid, and the two commands do what is said', () => {
  const [manifest] = blocks('docs/guides/models.md', 'json');
  writeFileSync(join(away, 'shoes/manifest.json'), manifest);
  const commands = blocks('docs/guides/models.md', 'sh').find((text) => text.includes('plan'));
  const said = shell(commands);
  const report = JSON.parse(said.trim().split('\n').at(-1));
  assert.equal(report.model, 'shoes');
  assert.equal(report.subject.found, true);
  assert.match(said, /^conv +clamp/m);
});

test('cutaway serve, as the guide starts it, takes the guide’s request', () => {
  const port = String(20_000 + (process.pid % 20_000));
  const [commands] = blocks('docs/guides/three-apis.md', 'sh');
  const [start, ...ask] = commands.replaceAll('8787', port).trim().split('\n');
  const answer = JSON.parse(
    shell(
      `exec 3>&1 >&2\n${start}\nfor _ in $(seq 100); do curl -s -o answer http://127.0.0.1:${port}/ && break; sleep .1; done\n${ask.join('\n')} >&3`,
    ),
  );
  assert.equal(answer.name, 'shoe');
  assert.ok(answer.id);
});

test('every option of a command line in a manual is one that it has', () => {
  const help = {
    serve: shell('cutaway serve --help'),
    cutaway: shell('cutaway --help'),
    eval: read('tools/eval.js'),
    site: read('tools/site.js'),
  };
  let seen = 0;
  for (const path of manuals) {
    for (const line of [...blocks(path, 'sh'), ...blocks(path, '')].join('\n').split('\n')) {
      const tool = /cutaway serve/.test(line)
        ? 'serve'
        : (/npm run (eval|site) --/.exec(line)?.[1] ?? (/^(\w+=\S+ )?cutaway /.test(line) ? 'cutaway' : ''));
      if (!tool) continue;
      for (const [, flag] of line.matchAll(/ --([a-z][a-z-]+)/g)) {
        assert.ok(tool in help && new RegExp(`--${flag}\\b|\\b'?${flag}'?: \\{`).test(help[tool]), `${path}: ${line}`);
        seen++;
      }
    }
  }
  assert.ok(seen > 15, String(seen));
});
