/**
 * Which hosts may be fetched on a stranger's word.
 *
 * An address in a request, in a redirect or in a remote answer can point into
 * the network the shim runs in (SSRF). Only globally routed unicast addresses
 * pass. Names are judged here by their text; what they resolve to is judged
 * where it is known, in adapters/node-fetch.js.
 *
 * Source: IANA IPv4 and IPv6 Special-Purpose Address Registries. Easy to get
 * wrong: IPv4 hides in IPv6 (mapped, 6to4, NAT64, Teredo), and a name may end
 * in a dot.
 *
 * @module shim/net-guard
 */

/** IPv4 blocks that are not public: [first address, prefix length]. */
const PRIVATE_V4 = /** @type {const} */ ([
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]);

/** @param {string} text dotted quad @returns {number | undefined} */
function parseV4(text) {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((all, part) => all * 256 + part, 0);
}

/** @param {number} address */
function isPrivateV4(address) {
  return PRIVATE_V4.some(([first, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(address / size) === Math.floor(/** @type {number} */ (parseV4(first)) / size);
  });
}

/** An IPv6 address in any of its spellings. @param {string} text @returns {number[] | undefined} eight 16-bit groups */
function parseV6(text) {
  let plain = text.replace(/%.*$/, '');
  const quad = /:(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  if (quad) {
    const v4 = parseV4(quad[1]);
    if (v4 === undefined) return undefined;
    plain = plain.slice(0, -quad[1].length) + `${(v4 >>> 16).toString(16)}:${(v4 & 0xffff).toString(16)}`;
  }
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array(halves.length === 2 ? missing : 0).fill('0'), ...tail];
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => parseInt(group, 16));
}

/**
 * Whether an IP address is anything but public. Text that is no address at
 * all counts as private.
 * @param {string} text IPv4 or IPv6, with or without brackets
 */
export function isPrivateAddress(text) {
  const plain = text.replace(/^\[|\]$/g, '');
  const v4 = parseV4(plain);
  if (v4 !== undefined) return isPrivateV4(v4);
  const g = parseV6(plain);
  if (!g) return true;
  const low = g[6] * 65536 + g[7];
  if (g.slice(0, 5).every((x) => x === 0) && (g[5] === 0xffff || g[5] === 0)) {
    return g[5] === 0 || isPrivateV4(low); // ::, ::1, v4-compatible; v4-mapped
  }
  if (g[0] === 0x64 && g[1] === 0xff9b) return g[2] !== 0 || isPrivateV4(low); // NAT64
  if (g[0] === 0x2002) return isPrivateV4(g[1] * 65536 + g[2]); // 6to4
  if (g[0] === 0x2001 && g[1] < 0x200) return true; // Teredo and protocol assignments
  if (g[0] === 0x2001 && g[1] === 0x0db8) return true; // documentation
  if (g[0] === 0x3fff && g[1] < 0x1000) return true; // documentation
  return (g[0] & 0xe000) !== 0x2000; // outside 2000::/3 nothing is routed
}

/**
 * Whether the host of a URL is private by its text alone.
 * @param {string} hostname as in URL.hostname (lower case, IPv6 in brackets)
 */
export function isPrivateHost(hostname) {
  const name = hostname.replace(/\.$/, '');
  if (name === '') return true;
  if (name.startsWith('[') || parseV4(name) !== undefined) return isPrivateAddress(name);
  if (!name.includes('.')) return true; // localhost, and names of a local network
  return /\.(localhost|local|localdomain|internal|intranet|lan|home|corp|private|home\.arpa|onion)$/.test(name);
}
