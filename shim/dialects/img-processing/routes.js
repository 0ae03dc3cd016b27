/**
 * Where the API and its storage lie, and what is answered there.
 *
 * @module shim/dialects/img-processing/routes
 */
export const VENDOR = 'https://api.img-processing.com';
const STORAGE = 'https://storage.img-processing.com';
export const hosts = [VENDOR, STORAGE];

/** @param {string} base the storage host belongs to the API host */
export const storageOf = (base) => (base === VENDOR ? STORAGE : base);

export const pathPrefix = /^\/(v1\/images|images)(\/|$)/;
export const relayed = /^\/(v1\/images(\/|$)|images\/image_)/;

/** @type {import('../../types.js').Route[]} */
export const routes = [
  { operation: 'uploadImage', method: 'POST', path: /^\/v1\/images\/upload$/ },
  { operation: 'createImageFromUrl', method: 'POST', path: /^\/v1\/images$/ },
  { operation: 'listImages', method: 'GET', path: /^\/v1\/images$/ },
  { operation: 'getImage', method: 'GET', path: /^\/v1\/images\/(?!upload$)(?<id>[^/]+)$/ },
  { operation: 'deleteImage', method: 'DELETE', path: /^\/v1\/images\/(?!upload$)(?<id>[^/]+)$/ },
  { operation: 'downloadImage', method: 'GET', path: /^\/v1\/images\/(?<id>[^/]+)\/download$/ },
  { operation: 'removeBackground', method: 'POST', path: /^\/v1\/images\/(?<id>[^/]+)\/remove-background$/ },
  { operation: 'convertImage', method: 'POST', path: /^\/v1\/images\/(?<id>[^/]+)\/convert$/ },
  { operation: 'publishImage', method: 'POST', path: /^\/v1\/images\/(?<id>[^/]+)\/publish$/ },
  { operation: 'unpublishImage', method: 'POST', path: /^\/v1\/images\/(?<id>[^/]+)\/unpublish$/ },
  {
    operation: 'viewPublished',
    method: 'GET',
    path: /^\/images\/(?<id>[^/]+)$/,
    narrow: /^\/images\/image_[a-zA-Z0-9]{24}$/,
    open: true,
    storage: true,
  },
];
