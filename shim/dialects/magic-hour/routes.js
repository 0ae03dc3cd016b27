/**
 * Where the API and its storage lie, and what is answered there.
 *
 * @module shim/dialects/magic-hour/routes
 */
export const API = 'https://api.magichour.ai';
const STORAGE = 'https://videos.magichour.ai';
export const hosts = [API, STORAGE];

/** @param {string} base the storage host belongs to the API host */
export const storageOf = (base) => (base === API ? STORAGE : base);

export const pathPrefix = /^\/(v1\/(files|image-)|api-assets\/|[^/]+\/output\.png$)/;
export const relayed =
  /^\/(v1\/(files\/upload-urls|image-background-remover|image-projects\/)|api-assets\/c[a-z0-9]{24}\/|c[a-z0-9]{24}\/output\.png$)/;

/** @type {import('../../types.js').Route[]} */
export const routes = [
  { operation: 'createUploadUrls', method: 'POST', path: /^\/v1\/files\/upload-urls$/ },
  {
    operation: 'uploadAsset',
    method: 'PUT',
    path: /^\/api-assets\/(?<asset>[^/]+)\/(?<file>[^/]+)$/,
    narrow: /^\/api-assets\/c[a-z0-9]{24}\//,
    open: true,
    storage: true,
  },
  { operation: 'createImageBackgroundRemoval', method: 'POST', path: /^\/v1\/image-background-remover$/ },
  { operation: 'getImageProject', method: 'GET', path: /^\/v1\/image-projects\/(?<id>[^/]+)$/ },
  { operation: 'deleteImageProject', method: 'DELETE', path: /^\/v1\/image-projects\/(?<id>[^/]+)$/ },
  {
    operation: 'downloadOutput',
    method: 'GET',
    path: /^\/(?<id>[^/]+)\/output\.png$/,
    narrow: /^\/c[a-z0-9]{24}\//,
    open: true,
    storage: true,
  },
];
