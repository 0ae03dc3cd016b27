// Made by tools/make-lists.js from wasm/options/list.h: npm run build writes it anew.
export const resultNames = ['background', 'keep', 'shadow', 'outline', 'canvas', 'format', 'quality', 'crop', 'margin'];
