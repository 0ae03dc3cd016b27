// Fax codes as TIFF has them (ITU-T T.4 and T.6; TIFF 6.0, sections 10 and 11):
// pages of black and white, which scanners write. A decoder for geotiff.

/** Codes of runs of 0 to 63, then of 64 to 1728 by 64: a 1 and the code's bits, in hexadecimal. */
const white =
  '135 47 17 18 1b 1c 1e 1f 33 34 27 28 48 43 74 75 6a 6b a7 8c 88 97 83 84 a8 ab 93 a4 98 102 103 11a 11b ' +
  '112 113 114 115 116 117 128 129 12a 12b 12c 12d 104 105 10a 10b 152 153 154 155 124 125 158 159 15a 15b ' +
  '14a 14b 132 133 134 3b 32 57 b7 136 137 164 165 168 167 2cc 2cd 2d2 2d3 2d4 2d5 2d6 2d7 2d8 2d9 2da 2db ' +
  '298 299 29a 58 29b';
const black =
  '437 a 7 6 b 13 12 23 45 44 84 85 87 104 107 218 417 418 408 867 868 86c 837 828 817 818 10ca 10cb 10cc ' +
  '10cd 1068 1069 106a 106b 10d2 10d3 10d4 10d5 10d6 10d7 106c 106d 10da 10db 1054 1055 1056 1057 1064 1065 ' +
  '1052 1053 1024 1037 1038 1027 1028 1058 1059 102b 102c 105a 1066 1067 40f 10c8 10c9 105b 1033 1034 1035 ' +
  '206c 206d 204a 204b 204c 204d 2072 2073 2074 2075 2076 2077 2052 2053 2054 2055 205a 205b 2064 2065';
/** And of 1792 to 2560, in either colour. */
const long = '808 80c 80d 1012 1013 1014 1015 1016 1017 101c 101d 101e 101f';
/** How far the end of a run lies from that of the run above; or pass it, or the next two runs in full. */
const [pass, horizontal] = [4, 5];
/** @type {[string, number][]} */
const modes = [
  ['3', 0],
  ['b', 1],
  ['43', 2],
  ['83', 3],
  ['a', -1],
  ['42', -2],
  ['82', -3],
  ['11', pass],
  ['9', horizontal],
];

/** What a code means, by itself with a 1 before it. @param {string} codes */
const runsOf = (codes) =>
  new Map(`${codes} ${long}`.split(' ').map((code, i) => [Number.parseInt(code, 16), i < 64 ? i : (i - 63) * 64]));
const tables = [runsOf(white), runsOf(black)];
const modeOf = new Map(modes.map(([code, mode]) => [Number.parseInt(code, 16), mode]));

class Bits {
  /** @param {Uint8Array} bytes @param {boolean} lowFirst each byte's lowest bit comes first */
  constructor(bytes, lowFirst) {
    this.bytes = bytes;
    this.lowFirst = lowFirst;
    this.at = 0;
  }

  /** @param {number} [at] */
  bit(at = this.at++) {
    if (at >> 3 >= this.bytes.length) throw new Error('its fax codes end early');
    return (this.bytes[at >> 3] >> (this.lowFirst ? at & 7 : 7 - (at & 7))) & 1;
  }

  /** @param {Map<number, number>} table */
  code(table) {
    for (let code = 1, length = 0; length < 14; length++) {
      code = code * 2 + this.bit();
      const value = table.get(code);
      if (value !== undefined) return value;
    }
    throw new Error('a fax code is damaged');
  }

  /** @param {0 | 1} colour */
  run(colour) {
    for (let sum = 0; ; ) {
      const part = this.code(tables[colour]);
      sum += part;
      if (part < 64) return sum;
    }
  }

  /** Steps over the end of a line, eleven zeros or more and a one. @returns {boolean} whether it is there */
  endOfLine() {
    let zeros = 0;
    const end = this.bytes.length * 8;
    while (this.at + zeros < end && !this.bit(this.at + zeros)) zeros++;
    if (zeros < 11 || this.at + zeros === end) return false;
    this.at += zeros + 1;
    return true;
  }

  /** Whether nothing is left but what fills the last byte. */
  isOver() {
    const end = this.bytes.length * 8;
    if (end - this.at >= 8) return false;
    for (let at = this.at; at < end; at++) if (this.bit(at)) return false;
    return true;
  }
}

/**
 * A row by itself: where its colours change, white first.
 *
 * @param {Bits} bits @param {number} width
 */
function plainRow(bits, width) {
  const row = [];
  for (let x = 0, colour = 0; x < width; colour ^= 1) {
    x += bits.run(/** @type {0 | 1} */ (colour));
    row.push(x);
  }
  return row;
}

/**
 * A row by the one above.
 *
 * @param {Bits} bits @param {number} width @param {number[]} above
 */
function codedRow(bits, width, above) {
  /** @type {number[]} */ const row = [];
  let [x, colour, i] = [0, 0, 0];
  let isFirst = true;
  while (x < width) {
    // the first change above that lies behind x and is to the other colour
    while (i > 0 && above[i - 1] > x) i--;
    while (i < above.length && (above[i] < x || (above[i] === x && !isFirst) || (i & 1) !== colour)) i++;
    const [next, behind] = [above[i] ?? width, above[i + 1] ?? width];
    const mode = bits.code(modeOf);
    if (mode === pass) x = behind;
    else if (mode === horizontal)
      for (const ink of [colour, colour ^ 1]) {
        x += bits.run(/** @type {0 | 1} */ (ink));
        row.push(x);
      }
    else {
      if (next + mode < x) throw new Error('a fax code is damaged');
      x = next + mode;
      row.push(x);
      colour ^= 1;
    }
    isFirst = false;
  }
  return row;
}

/** @typedef {{ width: number, height: number, coding: number, twoWay: boolean, lowFirst: boolean }} Fax coding: TIFF's 2, 3 or 4; twoWay: of 3, rows by the one above */

/**
 * Steps to the next row.
 *
 * @param {Bits} bits @param {Fax} fax @returns {boolean | undefined} whether it stands by itself; undefined: no more come
 */
function nextRow(bits, { coding, twoWay }) {
  if (coding === 2) {
    bits.at = (bits.at + 7) & ~7;
    return bits.isOver() ? undefined : true;
  }
  if (coding === 4) return bits.isOver() || bits.endOfLine() ? undefined : false;
  let ends = 0;
  while (bits.endOfLine()) ends++;
  if (ends > 1 || bits.isOver()) return undefined;
  const isPlain = !twoWay || bits.bit() === 1;
  return twoWay && bits.endOfLine() ? undefined : isPlain;
}

/**
 * Rows of whole bytes, a bit for each pixel, black 1: as many as there are, the
 * last strip of a page has fewer.
 *
 * @param {Uint8Array} bytes @param {Fax} fax height: at most @returns {Uint8Array}
 */
export function decodeFax(bytes, fax) {
  const { width, height } = fax;
  const bits = new Bits(bytes, fax.lowFirst);
  const stride = (width + 7) >> 3;
  const out = new Uint8Array(stride * height);
  /** @type {number[]} */ let row = [];
  for (let y = 0; y < height; y++) {
    const isPlain = nextRow(bits, fax);
    if (isPlain === undefined) return out.slice(0, y * stride);
    row = isPlain ? plainRow(bits, width) : codedRow(bits, width, row);
    if ((row.at(-1) ?? 0) > width) throw new Error('a row of its fax codes is too long');
    for (let i = 0; i < row.length; i += 2)
      for (let x = row[i]; x < (row[i + 1] ?? width); x++) out[y * stride + (x >> 3)] |= 0x80 >> (x & 7);
  }
  return out;
}
