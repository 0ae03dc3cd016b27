// A tiny model whose answer a test can predict, so that tests need no trained one.
import { model, node } from '../../tools/onnx-writer.js';

/**
 * A model whose alpha is the mean of the three channels: bright is subject.
 *
 * @param {number} [side] of input and output
 * @param {string} [operator] ReduceMean, or an unknown one to be refused
 * @returns {Uint8Array}
 */
export const brightnessModel = (side = 64, operator = 'ReduceMean') =>
  model({
    nodes: [node(operator, ['x'], ['y'], { axes: [1], keepdims: 1 })],
    inputs: [['x', [1, 3, side, side]]],
    outputs: [['y', [1, 1, side, side]]],
  });

/** @param {number} [side] */
export const brightnessManifest = (side = 64) => ({
  name: 'brightness',
  version: '1',
  input: {
    name: 'x',
    layout: 'NCHW',
    channels: 'RGB',
    size: [side, side],
    fit: 'stretch',
    mean: [0, 0, 0],
    std: [1, 1, 1],
  },
  output: { name: 'y', kind: 'alpha' },
});
