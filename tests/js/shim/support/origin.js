import http from 'node:http';

/**
 * A server of somebody else's, until the test is over, however it ends.
 *
 * @param {import('node:test').TestContext} t
 * @param {http.RequestListener} answer
 * @returns {Promise<string>} its origin
 */
export async function originOf(t, answer) {
  const server = http.createServer(answer);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
}
