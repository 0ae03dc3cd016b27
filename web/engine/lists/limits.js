// Made by tools/make-lists.js from wasm/job/abi.c: npm run build writes it anew.

/** As abi() has them. @type {Readonly<Record<string, number>>} */
export const limits = {
  max_side: 32768,
  max_pixels: 100000000,
  max_ratio: 1000,
  max_input_bytes: 268435456,
  max_options_bytes: 4096,
  max_model_side: 2048,
  min_confidence: 0.8,
};
