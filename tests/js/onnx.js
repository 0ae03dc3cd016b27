// A tiny model whose answer a test can predict, so that tests need no trained one.
import { model, node, tensor } from '../../tools/onnx-writer.js';

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

/**
 * A model of prompts that answers what it is told: a disc around each click, less those beside it, the box, and the mask
 * so far.
 *
 * @param {number} [side] of input and output
 * @returns {Uint8Array}
 */
export const toldModel = (side = 64) =>
  model({
    nodes: [node('Conv', ['x', 'w'], ['told']), node('Clip', ['told', 'low', 'high'], ['y'])],
    initializers: [
      tensor('w', [1, 7, 1, 1], new Float32Array([0, 0, 0, 1, -2, 1, 1])),
      tensor('low', [], new Float32Array([0])),
      tensor('high', [], new Float32Array([1])),
    ],
    inputs: [['x', [1, 7, side, side]]],
    outputs: [['y', [1, 1, side, side]]],
  });
