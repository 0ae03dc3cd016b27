// Writes tiny ONNX files, so that tests need no trained model: protobuf by
// hand, 2 KB of code for files of 150 bytes.

/** @param {number} value @returns {number[]} */
function varint(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

/** @param {number} field @param {number | string | number[]} value @returns {number[]} */
function field(number, value) {
  if (typeof value === 'number') return [...varint(number * 8), ...varint(value)];
  const bytes = typeof value === 'string' ? [...new TextEncoder().encode(value)] : value;
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
}

/** @param {string} name @param {number[]} dims */
function tensorInfo(name, dims) {
  const shape = dims.flatMap((size) => field(1, field(1, size)));
  return [...field(1, name), ...field(2, field(1, [...field(1, 1), ...field(2, shape)]))];
}

/**
 * A model whose alpha is the mean of the three channels: bright is subject.
 *
 * @param {number} [side] of input and output
 * @param {string} [operator] ReduceMean, or an unknown one to be refused
 * @returns {Uint8Array}
 */
export function brightnessModel(side = 64, operator = 'ReduceMean') {
  const axes = [...field(1, 'axes'), ...field(8, 1), ...field(20, 7)];
  const keep = [...field(1, 'keepdims'), ...field(3, 1), ...field(20, 2)];
  const node = [...field(1, 'x'), ...field(2, 'y'), ...field(4, operator), ...field(5, axes), ...field(5, keep)];
  const graph = [...field(1, node), ...field(2, 'g'), ...field(11, tensorInfo('x', [1, 3, side, side])),
    ...field(12, tensorInfo('y', [1, 1, side, side]))];
  return Uint8Array.from([...field(1, 8), ...field(7, graph), ...field(8, [...field(1, ''), ...field(2, 13)])]);
}

/** @param {number} [side] */
export const brightnessManifest = (side = 64) => ({
  name: 'brightness', version: '1',
  input: { name: 'x', layout: 'NCHW', channels: 'RGB', size: [side, side], fit: 'stretch', mean: [0, 0, 0], std: [1, 1, 1] },
  output: { name: 'y', kind: 'alpha' },
});
