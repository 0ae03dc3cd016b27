// Runs a standalone wasm test program: node tools/run-wasi.js program.wasm [args].
// The few WASI calls that such a program makes are answered here: Node 20's
// own node:wasi crashes now and then when the program's memory grows.
import { readFile } from 'node:fs/promises';
import { writeSync } from 'node:fs';

class Exit extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`exit ${status}`);
    this.status = status;
  }
}

const [file, ...args] = process.argv.slice(2);
/** @type {WebAssembly.Memory} */ let memory;
const view = () => new DataView(memory.buffer);

/** Writes terminated strings and pointers to them. @param {string[]} strings @param {number} pointers @param {number} text */
function putStrings(strings, pointers, text) {
  for (const string of strings) {
    view().setUint32(pointers, text, true);
    pointers += 4;
    const bytes = new TextEncoder().encode(`${string}\0`);
    new Uint8Array(memory.buffer).set(bytes, text);
    text += bytes.length;
  }
  return 0;
}

/** @param {number} count @param {number} size @param {string[]} strings */
function putSizes(count, size, strings) {
  view().setUint32(count, strings.length, true);
  view().setUint32(
    size,
    strings.reduce((sum, string) => sum + Buffer.byteLength(string) + 1, 0),
    true,
  );
  return 0;
}

const badFile = 8; // EBADF
const wasi = {
  args_get: (/** @type {number} */ pointers, /** @type {number} */ text) => putStrings([file, ...args], pointers, text),
  args_sizes_get: (/** @type {number} */ count, /** @type {number} */ size) => putSizes(count, size, [file, ...args]),
  environ_get: () => 0,
  environ_sizes_get: (/** @type {number} */ count, /** @type {number} */ size) => putSizes(count, size, []),
  clock_time_get(/** @type {number} */ _id, /** @type {bigint} */ _precision, /** @type {number} */ out) {
    view().setBigUint64(out, process.hrtime.bigint(), true);
    return 0;
  },
  fd_close: () => 0,
  fd_read: () => badFile,
  fd_seek: () => badFile,
  fd_fdstat_get: () => badFile,
  fd_write(
    /** @type {number} */ fd,
    /** @type {number} */ vectors,
    /** @type {number} */ count,
    /** @type {number} */ written,
  ) {
    let total = 0;
    for (let i = 0; i < count; i++) {
      const at = view().getUint32(vectors + i * 8, true),
        size = view().getUint32(vectors + i * 8 + 4, true);
      const bytes = new Uint8Array(memory.buffer, at, size).slice();
      for (let done = 0; done < size; ) done += writeSync(fd, bytes, done);
      total += size;
    }
    view().setUint32(written, total, true);
    return 0;
  },
  proc_exit(/** @type {number} */ status) {
    throw new Exit(status);
  },
};

const module = await WebAssembly.compile(await readFile(file));
const instance = await WebAssembly.instantiate(module, {
  wasi_snapshot_preview1: wasi,
  env: { emscripten_notify_memory_growth() {} },
});
memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
try {
  /** @type {any} */ (instance.exports)._start();
} catch (error) {
  if (!(error instanceof Exit)) throw error;
  process.exitCode = error.status;
}
