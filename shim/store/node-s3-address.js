/**
 * Where blobs lie in S3, as it is written on a command line.
 *
 * @module shim/store/node-s3-address
 */

/** @typedef {{ bucket: string, prefix: string, endpoint?: string, region?: string }} S3Address */

const FORM = 's3://BUCKET[/PREFIX][?endpoint=URL&region=NAME]';

/**
 * Reads `s3://bucket/prefix?endpoint=https://…&region=…`. Credentials have no
 * place in it: an address stands in the process list.
 * @param {string} text @returns {S3Address}
 */
export function s3Address(text) {
  const [, bucket, path = '', query = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(\/[\w!.*'()/-]*)?(?:\?(.*))?$/.exec(text) ?? [];
  if (bucket === undefined) throw new TypeError(`not an address such as ${FORM}; keys come from the environment`);
  const fields = new URLSearchParams(query);
  for (const name of fields.keys())
    if (!['endpoint', 'region'].includes(name)) throw new TypeError(`${name} has no place in ${FORM}`);
  const endpoint = fields.get('endpoint') ?? undefined;
  const url = endpoint !== undefined && URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (endpoint !== undefined && (!url || !/^https?:$/.test(url.protocol) || url.username || url.password))
    throw new TypeError('endpoint takes an http(s) address without a name or a password');
  const region = fields.get('region') ?? undefined;
  if (region !== undefined && !/^[\w-]{1,40}$/.test(region)) throw new TypeError('region takes a name');
  const folder = path.replace(/^\/+|\/+$/g, '');
  return {
    bucket,
    prefix: folder && `${folder}/`,
    ...(endpoint && { endpoint }),
    ...(region && { region }),
  };
}
