// The benchmark's networks are the published ones: their cost is the measure.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphCost, isnet, u2net, u2netp } from '../../tools/bench/graphs.js';

/** @param {number} value @param {number} published @param {string} what */
const near = (value, published, what) =>
  assert.ok(Math.abs(value / published - 1) <= 0.02, `${what}: ${value}, published ${published}`);

test('the networks cost the multiply-adds that are published', () => {
  near(graphCost('u2netp', 320).macs, 19.8e9, 'U^2-Net-p at 320');
  near(graphCost('u2net', 320).macs, 58.6e9, 'U^2-Net at 320');
  near(graphCost('isnet', 1024).macs, 159.7e9, 'IS-Net at 1024');
});

test('the networks have the parameters that are published', () => {
  near(graphCost('u2netp', 320).parameters, 1.13e6, 'U^2-Net-p');
  near(graphCost('u2net', 320).parameters, 44.0e6, 'U^2-Net');
  near(graphCost('isnet', 1024).parameters, 44.0e6, 'IS-Net');
});

test('the files are as large as the published ones, with int8 weights a quarter', () => {
  near(u2netp(320, 'f32').length, 4.54e6, 'U^2-Net-p');
  near(u2net(320, 'f32').length, 176e6, 'U^2-Net');
  near(isnet(1024, 'f32').length, 176.1e6, 'IS-Net');
  // scales, zero points and the names of their nodes come on top
  const small = u2netp(320, 'int8').length;
  assert.ok(small > 4.54e6 / 4 && small < 4.54e6 / 3.5, `${small} bytes`);
});

test('a network is the same file every time', () => {
  assert.deepEqual(u2netp(64, 'int8'), u2netp(64, 'int8'));
});
