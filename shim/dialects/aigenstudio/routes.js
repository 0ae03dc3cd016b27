/**
 * Where the API lies, and what is answered there.
 *
 * @module shim/dialects/aigenstudio/routes
 */
export const VENDOR = 'https://aigenstudio.app';
export const ROOT = '/api/v1';
export const hosts = [VENDOR];

export const pathPrefix = /^\/api\/v1(\/|$)/;
export const relayed = /^\/api\/v1\/(remove-background|jobs|tools|results\/)/;

/** @type {import('../../types.js').Route[]} */
export const routes = [
  { operation: 'removeBackground', method: 'POST', path: /^\/api\/v1\/remove-background$/ },
  { operation: 'listJobs', method: 'GET', path: /^\/api\/v1\/jobs$/ },
  { operation: 'getJob', method: 'GET', path: /^\/api\/v1\/jobs\/(?<id>[^/]+)$/ },
  { operation: 'listTools', method: 'GET', path: /^\/api\/v1\/tools$/, open: true },
  {
    operation: 'getResult',
    method: 'GET',
    path: /^\/api\/v1\/results\/(?<job>[0-9a-f-]{36})-(?<index>\d{1,2})\.(?:png|jpg|webp)$/,
    open: true,
    storage: true,
  },
];
