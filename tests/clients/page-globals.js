/** The two globals that the npm package expects from Node. */
export { Buffer } from 'buffer';
export const process = { env: {}, cwd: () => '/' };
