// A turn for whatever waits: a worker that computes for long is deaf otherwise.

/** Lets messages (an abort among them) be handled between two pieces of work. */
export function breathe() {
  if (typeof setImmediate === 'function') return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(0);
  });
}
