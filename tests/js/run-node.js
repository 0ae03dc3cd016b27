// A script of ours as a user starts it, without blocking this process.
import { spawn } from 'node:child_process';

/**
 * @param {string} cwd
 * @param {string[]} args script and arguments
 * @param {Uint8Array} [input] stdin
 * @returns {Promise<{ status: number | null, stdout: Buffer, stderr: string }>}
 */
export function runNode(cwd, args, input) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd });
    /** @type {Buffer[]} */ const out = [];
    let stderr = '';
    child.stdout.on('data', (data) => out.push(data));
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    child.on('close', (status) => resolve({ status, stdout: Buffer.concat(out), stderr }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
