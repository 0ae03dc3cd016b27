/** A round robin before servers that may die: the next one is asked when one does not take the connection. */
import http from 'node:http';

/** @param {() => string[]} addresses of those that are thought to live */
export async function startBalancer(addresses) {
  let turn = 0;
  /** @type {Map<string, number>} answers by server */ const asked = new Map();
  const server = http.createServer((incoming, outgoing) => {
    const all = addresses();
    const ask = (left, first) => {
      const address = all[(first + all.length - left) % all.length];
      const through = http.request(
        address + incoming.url,
        { method: incoming.method, headers: incoming.headers, agent: false },
        (answer) => {
          asked.set(address, (asked.get(address) ?? 0) + 1);
          outgoing.writeHead(answer.statusCode, answer.headers);
          answer.pipe(outgoing);
          answer.on('error', () => outgoing.destroy());
        },
      );
      through.on('error', (error) => {
        // Only what was never taken is asked of another: anything else may have been done.
        if (error.code === 'ECONNREFUSED' && left > 1) ask(left - 1, first);
        else if (!outgoing.headersSent) outgoing.writeHead(502).end();
        else outgoing.destroy();
      });
      if (left === all.length) incoming.pipe(through);
      else through.end(incoming.method === 'GET' ? undefined : kept);
    };
    let kept = Buffer.alloc(0);
    incoming.on('data', (chunk) => {
      kept = Buffer.concat([kept, chunk]);
    });
    ask(all.length, turn++);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
