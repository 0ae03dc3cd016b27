/**
 * A worker where the browser refuses to start one directly, because the file
 * is another origin's: the engine lies on another host than the page, or the
 * page is a sandboxed frame, to which every host is another. A worker of the
 * page's own, one line long, may import it, if that host allows it by CORS.
 * A sandboxed frame's may not come from a blob: address (Chromium 156), only
 * from data:, which in turn would cut another page's worker off from its cache.
 *
 * @param {string} file from this folder
 */
function foreignWorker(file) {
  const here = import.meta.url;
  const text = `import ${JSON.stringify(new URL(file, here).href)}`;
  const url =
    self.origin === 'null'
      ? `data:text/javascript,${encodeURIComponent(text)}`
      : URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  return new Worker(url, { type: 'module' });
}

/**
 * A page's worker as the client and engine ort use it.
 *
 * @param {() => Worker} start directly; the address has to be written out there, for bundlers
 * @param {string} file the same from this folder
 * @returns {import('../backends/ort.js').WorkerLike}
 */
export function openWorker(start, file) {
  /** @type {Worker} */ let worker;
  try {
    worker = start();
  } catch {
    worker = foreignWorker(file);
  }
  return {
    postMessage: (message, transfer = []) => worker.postMessage(message, { transfer }),
    terminate: () => worker.terminate(),
    listen(onMessage, onCrash) {
      worker.onmessage = ({ data }) => onMessage(data);
      worker.onerror = (event) => onCrash(event.message ?? 'the worker could not be loaded');
      worker.onmessageerror = () => onCrash('a message could not be read');
    },
  };
}
