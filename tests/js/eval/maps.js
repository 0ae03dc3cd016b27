// Pairs of a map and a mask drawn from a seed: what the golden values of
// golden.json were made of, by make-golden.py.
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { random } from '../../../tools/random.js';

/**
 * A mask of one to three discs and boxes, at times soft; a map that moves,
 * blurs, scales and disturbs it. Values are k / 255.
 *
 * @param {number} seed
 * @returns {{ w: number, h: number, alpha: Uint8Array, mask: Uint8Array }}
 */
export function drawn(seed) {
  const next = random(seed);
  /** @param {number} low @param {number} high */
  const between = (low, high) => low + Math.floor(next() * (high - low + 1));
  const w = between(20, 70),
    h = between(20, 70);
  const soft = next() < 0.3 ? 4 : 0;
  const shapes = Array.from({ length: between(1, 3) }, () => ({
    x: between(0, w),
    y: between(0, h),
    r: between(3, 20),
    disc: next() < 0.6,
  }));
  const dx = between(-3, 3),
    dy = between(-3, 3),
    blur = between(1, 8),
    noise = between(0, 90),
    level = 0.6 + 0.4 * next();
  /** How deep inside the shapes; only + - * sqrt, so that it is the same everywhere. @param {number} x @param {number} y */
  const depth = (x, y) =>
    Math.max(
      ...shapes.map((s) => {
        const u = x - s.x,
          v = y - s.y;
        return s.r - (s.disc ? Math.sqrt(u * u + v * v) : Math.max(Math.abs(u), Math.abs(v)));
      }),
    );
  /** @param {number} value */
  const byte = (value) => Math.max(0, Math.min(255, Math.round(value)));
  const mask = new Uint8Array(w * h),
    alpha = new Uint8Array(w * h);
  for (let y = 0, i = 0; y < h; y++) {
    for (let x = 0; x < w; x++, i++) {
      const inside = depth(x, y);
      mask[i] = soft ? byte(255 * (0.5 + inside / soft)) : inside >= 0 ? 255 : 0;
      alpha[i] = byte(level * 255 * (0.5 + depth(x + dx, y + dy) / blur) + noise * (next() - 0.5));
    }
  }
  return { w, h, alpha, mask };
}

export const SEEDS = Array.from({ length: 20 }, (_, i) => 1000 + i);

// for make-golden.py: node maps.js FILE
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(
    process.argv[2],
    JSON.stringify(
      SEEDS.map((seed) => {
        const { w, h, alpha, mask } = drawn(seed);
        return { seed, w, h, alpha: [...alpha], mask: [...mask] };
      }),
    ),
  );
}
