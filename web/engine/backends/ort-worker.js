// ONNX Runtime Web in a worker of its own, so that its memory can be given
// back by ending the worker. Protocol, one request at a time:
//
//   → {type: 'warm', ort, wasm}                  fetches what a load will need; no answer
//   → {id, type: 'load', ort, wasm, threads, bytes}  ort, wasm.mjs, wasm.wasm: URLs of the module and of its runtime
//   ← {id, type: 'loaded', inputs: [{name, shape}], outputs: [name]}
//   → {id, type: 'run', input, output, data, dims}   data: Float32Array, transferred
//   ← {id, type: 'answer', data, dims}
//   ← {id, type: 'failed', step: 'import' | 'create' | 'run', detail}

/** @type {any} */ let ort;
/** @type {any} */ let session;

/** One request; whatever fails is answered with the step that it failed in. @param {any} message */
async function handle(message) {
  const { id } = message;
  let step = 'import';
  try {
    if (message.type === 'warm') {
      ort = await import(/* webpackIgnore: true */ /* @vite-ignore */ message.ort);
      const wasm = await fetch(message.wasm.wasm);
      if (wasm.ok) ort.env.wasm.wasmBinary = await wasm.arrayBuffer();
    } else if (message.type === 'load') {
      ort = await import(/* webpackIgnore: true */ /* @vite-ignore */ message.ort);
      ort.env.wasm.numThreads = message.threads;
      ort.env.wasm.wasmPaths = message.wasm;
      ort.env.logLevel = 'error';
      step = 'create';
      session = await ort.InferenceSession.create(message.bytes, {
        executionProviders: ['wasm'],
        graphOptimizationLevel: 'all',
      });
      reply({
        id,
        type: 'loaded',
        inputs: session.inputMetadata.map((/** @type {any} */ { name, shape }) => ({ name, shape })),
        outputs: session.outputNames,
      });
    } else {
      step = 'run';
      const { input, output, data, dims } = message;
      const answers = await session.run({ [input]: new ort.Tensor('float32', data, dims) }, [output]);
      const answer = answers[output];
      // a copy: the answer lies in the runtime's own memory
      const copy = Float32Array.from(answer.data);
      reply({ id, type: 'answer', data: copy, dims: [...answer.dims] }, [copy.buffer]);
    }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    // the runtime starts with the first session: its wasm is missing, the model is not to blame
    if (step === 'create' && /^no available backend found/.test(detail)) step = 'import';
    if (id) reply({ id, type: 'failed', step, detail });
  }
}

/** @type {(message: any, transfer?: ArrayBuffer[]) => void} */
let reply;
if (typeof WorkerGlobalScope === 'undefined') {
  const threads = 'node:worker_threads'; // no bundler for the page is to look for it
  void import(/* webpackIgnore: true */ /* @vite-ignore */ threads).then(({ parentPort: port }) => {
    reply = (message, transfer) => port.postMessage(message, transfer);
    port.on('message', handle);
  });
} else {
  reply = (message, transfer = []) => self.postMessage(message, { transfer });
  self.onmessage = ({ data }) => handle(data);
}
