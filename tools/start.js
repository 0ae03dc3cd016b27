// npm start: sets up what is missing, builds, serves the page, prints its
// address. PORT and HOST choose another address; a taken port is stepped over.
import { build } from './build.js';
import { serveStatic } from './serve.js';

build();
const host = process.env.HOST ?? '127.0.0.1';
const first = Number(process.env.PORT ?? 8080);
for (let port = first; ; port++) {
  try {
    const { url } = await serveStatic({ host, port });
    process.stdout.write(`\n  Cutaway is at ${url}\n  Press Ctrl+C to stop.\n\n`);
    break;
  } catch (error) {
    const taken = /** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE';
    if (!taken || process.env.PORT || port > first + 20) throw error;
  }
}
