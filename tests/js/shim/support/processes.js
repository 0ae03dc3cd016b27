/** Servers as processes of their own, and short ways to ask them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const alive = new Set();

/** Ends what a test left. */
export function killAll() {
  for (const child of alive) child.kill('SIGKILL');
}

/** `cutaway serve` with the fake engine. @param {string[]} args @param {Record<string, string>} [env] */
export async function startServer(args, env = {}) {
  const script = new URL('./serve-fake.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, '--port', '0', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  alive.add(child);
  const gone = once(child, 'exit');
  gone.then(() => alive.delete(child));
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      said += text;
    });
  const address = await new Promise((resolve, reject) => {
    child.stdout.on('data', () => {
      const [, found] = /^(http:\S+)$/m.exec(said) ?? [];
      if (found) resolve(found);
    });
    gone.then(([code, signal]) => reject(new Error(`exit ${code ?? signal}: ${said}`)));
  });
  return { child, address, gone, said: () => said };
}

export const json = async (url, init) => {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null, headers: response.headers };
};

export const post = (url, body, headers = {}) =>
  json(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });

/** Uploads a picture to Magic Hour's dialect and starts a project. */
export async function startProject(address, picture, headers = {}) {
  const { body } = await post(
    `${address}/v1/files/upload-urls`,
    { items: [{ type: 'image', extension: 'png' }] },
    headers,
  );
  const [slot] = body.items;
  const path = new URL(slot.upload_url);
  await fetch(address + path.pathname + path.search, { method: 'PUT', body: picture });
  return post(`${address}/v1/image-background-remover`, { assets: { image_file_path: slot.file_path } }, headers);
}
