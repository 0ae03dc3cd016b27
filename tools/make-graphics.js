// Logos and drawings that stand on their ground, not over its border, of open icon packages as sets for `npm run eval -- --mattes`: what a vector
// renderer draws with its alpha, and the same on a plain ground. No picture is committed; the packages
// are installed into a folder of your own:
//   mkdir icons && cd icons && npm install sharp lucide-static @tabler/icons simple-icons devicon twemoji-emojis
//   node tools/make-graphics.js icons build/graphics
//   npm run eval -- --mattes build/graphics/white build/graphics/colour
// build/graphics/clear has the icons as they are, 160 of them, for `node tools/make-graphics.js --clear build/graphics`:
// cut out, alpha and colours have to be unchanged.
//   node tools/make-graphics.js --photos FOLDER...    how many photos in them are taken for graphics
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { brightnessManifest, brightnessModel } from '../tests/js/onnx.js';
import { createNodeEngine } from '../web/engine/node.js';

/** Where each package keeps its drawings. @type {[string, string][]} */
const packages = [
  ['lucide-static', 'icons'],
  ['@tabler/icons', 'icons/filled'],
  ['@tabler/icons', 'icons/outline'],
  ['simple-icons', 'icons'],
  ['devicon', 'icons'],
];

const GROUNDS = /** @type {Record<string, [number, number, number]>} */ ({
  white: [255, 255, 255],
  colour: [42, 111, 151],
});

/** A sequence of numbers below 1, the same every time. @param {number} seed */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** @param {string} folder @returns {string[]} */
const drawings = (folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.svg'))
    .sort()
    .map((name) => join(folder, name));

/** Whether an opaque part is of the ground's colour: it would be cleared, as enclosed ground is. @param {Buffer} rgba @param {number[]} ground */
function holdsGround(rgba, ground) {
  let count = 0;
  for (let i = 0; i < rgba.length; i += 4)
    if (rgba[i + 3] > 200 && ground.every((v, c) => Math.abs(rgba[i + c] - v) <= 24)) count++;
  return count > rgba.length / 4 / 5000;
}

/** Whether the ground would reach most of the border. @param {Buffer} rgba @param {number} side */
function isOnGround(rgba, side) {
  let clear = 0;
  for (let i = 0; i < side; i++)
    for (const at of [i, (side - 1) * side + i, i * side, i * side + side - 1]) clear += rgba[at * 4 + 3] === 0 ? 1 : 0;
  return clear > side * 4 * 0.65;
}

/** @param {string} from folder with node_modules @param {string} to @param {{ count: number, clear: number, side: number }} amounts */
async function make(from, to, { count, clear, side }) {
  const sharp = createRequire(join(resolve(from), 'x.js'))('sharp');
  const random = seeded(16);
  const lists = packages.map(([name, folder]) => drawings(join(from, 'node_modules', name, folder)));
  /** @param {number} turn @returns {Promise<{ name: string, rgba: Buffer } | null>} */
  const next = async (turn) => {
    const list = lists[turn % lists.length];
    const file = list[Math.floor(random() * list.length)];
    // ink in a colour of its own where a drawing leaves it to the page
    const ink = `rgb(${[0, 1, 2].map(() => Math.floor(random() * 140)).join(' ')})`;
    const svg = readFileSync(file, 'utf8').replace('<svg', `<svg color="${ink}"`);
    try {
      const rgba = await sharp(Buffer.from(svg), { density: 72 })
        .resize(side, side, { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } })
        .ensureAlpha()
        .raw()
        .toBuffer();
      return { name: file.split(/[\\/]/).slice(-2).join('-').replace('.svg', ''), rgba };
    } catch {
      return null;
    }
  };
  /** @param {Buffer} data @param {3 | 4} channels @param {string} file */
  const write = async (data, channels, file) =>
    writeFileSync(
      file,
      await sharp(data, { raw: { width: side, height: side, channels } })
        .png()
        .toBuffer(),
    );
  for (const [set, ground] of Object.entries(GROUNDS)) {
    for (const folder of ['images', 'masks', 'foreground']) mkdirSync(join(to, set, folder), { recursive: true });
    for (let turn = 0, made = 0; made < count; turn++) {
      const drawing = await next(turn);
      if (!drawing || holdsGround(drawing.rgba, ground) || !isOnGround(drawing.rgba, side)) continue;
      const { rgba, name } = drawing;
      const pixels = rgba.length / 4;
      const photo = Buffer.alloc(pixels * 3);
      const mask = Buffer.alloc(pixels * 3);
      const colours = Buffer.alloc(pixels * 3);
      for (let i = 0; i < pixels; i++)
        for (let c = 0; c < 3; c++) {
          const alpha = rgba[i * 4 + 3] / 255;
          photo[i * 3 + c] = Math.round(rgba[i * 4 + c] * alpha + ground[c] * (1 - alpha));
          mask[i * 3 + c] = rgba[i * 4 + 3];
          colours[i * 3 + c] = rgba[i * 4 + c];
        }
      const file = `${String(made).padStart(3, '0')}-${name}.png`;
      await write(photo, 3, join(to, set, 'images', file));
      await write(mask, 3, join(to, set, 'masks', file));
      await write(colours, 3, join(to, set, 'foreground', file));
      made++;
    }
  }
  mkdirSync(join(to, 'clear'), { recursive: true });
  for (let turn = 0, made = 0; made < clear; turn++) {
    const drawing = await next(turn);
    if (!drawing) continue;
    await write(drawing.rgba, 4, join(to, 'clear', `${String(made++).padStart(3, '0')}-${drawing.name}.png`));
  }
}

/** The icons as they are, cut out. @param {string} folder of make() @param {string} from with sharp */
async function checkClear(folder, from) {
  const sharp = createRequire(join(resolve(from), 'x.js'))('sharp');
  const engine = createNodeEngine();
  let given = 0;
  let unchanged = 0;
  const files = readdirSync(join(folder, 'clear')).sort();
  for (const file of files) {
    const bytes = readFileSync(join(folder, 'clear', file));
    const { blob, report } = await engine.removeBackground(new Blob([bytes]), { format: 'png' });
    const was = await sharp(bytes).ensureAlpha().raw().toBuffer();
    const is = await sharp(Buffer.from(await blob.arrayBuffer()))
      .ensureAlpha()
      .raw()
      .toBuffer();
    let alpha = 0;
    let colour = 0;
    for (let i = 0; i < was.length; i += 4) {
      alpha = Math.max(alpha, Math.abs(was[i + 3] - is[i + 3]));
      if (was[i + 3]) for (let c = 0; c < 3; c++) colour = Math.max(colour, Math.abs(was[i + c] - is[i + c]));
    }
    given += report.subject.given ? 1 : 0;
    unchanged += alpha <= 1 && colour <= 1 ? 1 : 0;
    if (alpha > 1 || colour > 1) console.log(`${file}: alpha ${alpha}, colour ${colour} of 255 off`);
  }
  console.log(`${files.length} icons: ${unchanged} unchanged within 1 of 255, ${given} told as given`);
  await engine.dispose?.();
}

/** False alarms. A model that is nearly nothing looks at the rest. @param {string[]} folders */
async function countAlarms(folders) {
  const engine = createNodeEngine();
  const model = { manifest: brightnessManifest(), bytes: brightnessModel() };
  for (const folder of folders) {
    const files = readdirSync(folder).filter((name) => /\.(png|jpe?g|webp)$/i.test(name));
    const alarms = [];
    for (const file of files) {
      const photo = new Blob([readFileSync(join(folder, file))]);
      const { report } = await engine.segment(photo, { model, kind: 'auto', effort: 'fast' });
      if (report.subject.kind === 'graphic') alarms.push(file);
    }
    console.log(`${folder}: ${alarms.length} of ${files.length} taken for graphics ${alarms.join(' ')}`.trim());
  }
  engine.dispose();
}

const [first, second, third] = process.argv.slice(2);
if (first === '--clear') await checkClear(second, third);
else if (first === '--photos') await countAlarms(process.argv.slice(3));
else await make(first, second, { count: Number(third ?? 20), clear: 160, side: 512 });
