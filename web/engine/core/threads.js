// Helpers for the cores of one worker (wasm/base/parallel.h): workers that
// instantiate the same module on the same memory. They come when C has work for
// several threads and go back to their messages when the call ends. Nobody
// waits for one: what a helper that is still starting, or could not start,
// does not take is done by the caller.
//
//   → {type: 'hello'}
//   ← {type: 'ready'}                              the answer
//   → {type: 'core', id, module, memory, thread}   before the first section of a core
//   → {type: 'help', id, section}                  until C closes the section
//   → {type: 'end'}
//
// A helper is never ended from outside: it might be on its way into a piece.
import { Core, imports } from './core.js';

/** @typedef {import('../backends/ort.js').WorkerLike} WorkerLike */

/** Pages of 64 KB: what the module wants at least, and the most that it declares. */
const pages = { initial: 64, maximum: 65536 };

class Helper {
  isReady = false;
  /** @type {Set<number>} cores it has been told of */
  knows = new Set();

  /** @param {WorkerLike} worker @param {() => void} onLost */
  constructor(worker, onLost) {
    this.worker = worker;
    worker.listen(() => {
      this.isReady = true;
    }, onLost);
    worker.postMessage({ type: 'hello' });
  }
}

export class Threads {
  /** @type {Map<number, Helper>} by the number of the thread */
  helpers = new Map();
  /** Threads whose worker was lost: another try would be as vain. @type {Set<number>} */
  lost = new Set();
  lastId = 0;

  /** @param {WebAssembly.Module} module with threads @param {number} count the caller among them @param {() => WorkerLike} spawn */
  constructor(module, count, spawn) {
    this.module = module;
    this.count = count;
    this.spawn = spawn;
  }

  /** Starts the helpers that are not there. */
  start() {
    for (let thread = 1; thread < this.count; thread++) {
      if (this.helpers.has(thread) || this.lost.has(thread)) continue;
      try {
        const helper = new Helper(this.spawn(), () => {
          if (this.helpers.get(thread) === helper) this.lose(thread); // else it was sent home
        });
        this.helpers.set(thread, helper);
      } catch {
        this.lose(thread);
      }
    }
  }

  /** @param {number} thread whose worker did not start or broke down */
  lose(thread) {
    this.lost.add(thread);
    this.helpers.delete(thread);
  }

  /** A core on memory of its own, shared with the helpers. @returns {Promise<Core>} */
  async load() {
    const memory = new WebAssembly.Memory({ ...pages, shared: true });
    const help = new Help(this, ++this.lastId, memory);
    const { env } = imports;
    const core = new Core(
      await WebAssembly.instantiate(this.module, {
        env: { ...env, memory },
        threads: { open: (/** @type {number} */ section) => help.open(section) },
      }),
      { memory, help },
    );
    core.exports.cut_parallel_set_threads(this.count);
    help.exports = core.exports;
    this.start();
    return core;
  }

  /** Sends the helpers home, and with them what they hold of memories; the next section starts others. */
  rest() {
    for (const { worker } of this.helpers.values()) worker.postMessage({ type: 'end' });
    this.helpers.clear();
  }
}

/** The helpers as one core sees them. */
export class Help {
  isOpen = false;
  /** @type {any} */ exports = null;

  /** @param {Threads} threads @param {number} id @param {WebAssembly.Memory} memory */
  constructor(threads, id, memory) {
    this.threads = threads;
    this.id = id;
    this.memory = memory;
  }

  /** How many threads work for this core, now. */
  get count() {
    return 1 + [...this.threads.helpers.values()].filter(({ isReady }) => isReady).length;
  }

  /** C has work for several. @param {number} section */
  open(section) {
    const { threads, id, memory } = this;
    this.isOpen = true;
    threads.start();
    for (const [thread, { worker, knows }] of threads.helpers) {
      if (!knows.has(id)) worker.postMessage({ type: 'core', id, module: threads.module, memory, thread });
      knows.add(id);
      worker.postMessage({ type: 'help', id, section });
    }
  }

  /** The call is over. */
  close() {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.exports.cut_parallel_close();
  }

  /** The core is not used any more: its memory is let go. */
  end() {
    this.close();
    this.threads.rest();
  }
}

/**
 * A helper's side.
 *
 * @param {{ post: (message: any) => void, listen: (handler: (message: any) => void) => void, close: () => void }} port
 */
export function hostHelp(port) {
  /** @type {Map<number, { thread: number, exports: any }>} */
  const cores = new Map();
  port.listen(({ type, id, module, memory, thread, section }) => {
    if (type === 'hello') port.post({ type: 'ready' });
    if (type === 'end') port.close();
    if (type === 'core') {
      const env = { ...imports.env, memory };
      cores.set(id, { thread, exports: new WebAssembly.Instance(module, { env, threads: { open() {} } }).exports });
    }
    const core = type === 'help' ? cores.get(id) : undefined;
    if (!core) return;
    const { exports } = core;
    exports.stackRestore(exports.cut_parallel_stack(core.thread));
    try {
      exports.cut_parallel_help(core.thread, section);
    } catch {
      exports.cut_parallel_broke(); // a trap: the caller traps too, and its core is replaced
      cores.delete(id);
    }
  });
}
