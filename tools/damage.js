// Is a damaged picture ever taken for a whole one? Damages the pictures of the
// tests (cut off, bits flipped, zeros, a block lost, two blocks swapped), runs
// each through a whole job, and judges what comes out without an error. Long
// because it carries the Python that asks what others show.
//   node tools/damage                        1200 files of seed 16
//   node tools/damage --count 10000 --seed 3
//   Ctrl-C prints the table of those that were tried
//   node tools/damage --format png           jpeg, progressive, png, gif, bmp or webp, of which are those above; or
//                                            tiff, ico, avif, heic, jxl, which a codec reads
//   node tools/damage --only 815 --seed 3    that file again; --write FILE keeps it
//
// What comes out has to be the whole picture or, where neither a count nor a sum
// can tell, what other decoders show: Pillow's (libjpeg-turbo, libwebp, zlib), by
// $PYTHON or python3. libwebp shows what it does without SSE2, as our build of it
// does: values that no picture has overflow otherwise with it. Without Pillow such files are counted as not judged. What
// was cut off can always be counted: there nobody is asked. Same means 99.5 % of
// the pixels within 2 of 255. A fault, too: a defect's code, more than 2 seconds of the processor,
// a sentence that says nothing. Exit status 1 when there is one.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { encoder } from '../tests/js/encoders.js';
import { bitmap, icon } from '../tests/js/icon.js';
import { png, readPng } from '../tests/js/pictures.js';
import { tiff } from '../tests/js/tiff.js';
import { statuses } from '../web/engine/lists/statuses.js';
import { createNodeEngine, CutawayError } from '../web/engine/node.js';
import { model, node } from './onnx-writer.js';
import { random } from './random.js';

/**
 * @typedef {{ name: string, bytes: Buffer }} Source
 * @typedef {{ width: number, height: number, rgba: Uint8Array }} Picture
 * @typedef {{ error: unknown, ms: number } | { picture: Picture, ms: number }} Outcome
 * @typedef {'refused' | 'whole' | 'as others show it' | 'not judged' | 'fault'} Verdict
 * @typedef {{ number: number, source: string, damage: string, verdict: Verdict, why: string }} Judged
 * @typedef {(file: Buffer) => Promise<Picture | string>} Oracle what others show, or why they show nothing
 */

const root = join(fileURLToPath(import.meta.url), '..', '..');
/** Milliseconds of the processor, since other programs share it. */
const HANG = 2000;
const hang = new Error('hung');
/** Jobs that wait for the engine, so that it need not. */
const AT_ONCE = 16;

/** A picture of tests/c/fixtures.h, which no file holds. @param {string} name */
function fixture(name) {
  const text = readFileSync(join(root, 'tests/c/fixtures.h'), 'utf8');
  const found = new RegExp(` ${name}\\[\\d+\\] = \\{([^}]*)\\}`).exec(text);
  if (!found) throw new Error(`tests/c/fixtures.h has no ${name}`);
  return Buffer.from(
    found[1]
      .split(',')
      .filter((part) => part.trim())
      .map(Number),
  );
}

/** @type {Record<string, string[]>} of the corpus by their ending, else of fixtures.h */
const names = {
  jpeg: ['baseline.jpg', 'grey.jpg', 'exif6.jpg', 'icc.jpg', 'jpeg_baseline', 'jpeg_restarts', 'jpeg_exif6_icc'],
  progressive: ['progressive.jpg', 'jpeg_progressive'],
  png: [
    ...['rgb.png', 'rgba.png', 'grey.png', 'grey-alpha.png', 'palette.png', 'one-bit.png', 'sixteen.png'],
    ...['icc-exif8.png', 'png_interlaced', 'png_sixteen', 'png_palette', 'png_one_bit'],
  ],
  gif: ['frame.gif', 'gif_plain', 'gif_interlaced', 'gif_two_frames'],
  bmp: ['rgb.bmp', 'palette.bmp', 'bmp_rgb'],
  webp: ['lossy.webp', 'lossless.webp', 'webp_lossy', 'webp_alpha', 'webp_lossless', 'webp_exif6_icc'],
};
/** Those of the core and WebP. */
export const formats = Object.keys(names);

/** Those that only a codec reads, made here or of tests/pictures. @type {Record<string, string[]>} */
const foreign = {
  tiff: ['none', 'deflate', 'packbits'],
  ico: ['png', 'bitmap'],
  avif: ['photo.avif'],
  heic: ['photo.heic'],
  jxl: ['lossy', 'lossless'],
};
/** Of these, those that nobody here shows otherwise. */
const unknown = ['heic', 'jxl'];

/** @param {string} format @param {string} name */
async function foreignPicture(format, name) {
  const [width, height] = [64, 48];
  const rgba = Buffer.alloc(width * height * 4);
  for (let i = 0; i < rgba.length; i += 4) {
    const [x, y] = [(i / 4) % width, Math.floor(i / 4 / width)];
    rgba.set([x * 4, y * 5, (x * y) & 255, x > 8 ? 255 : y * 5], i);
  }
  if (format === 'tiff')
    return tiff({
      ...{ width, height, samples: rgba, bits: [8, 8, 8, 8], kind: 2, rows: 10 },
      ...{ coding: /** @type {'none'} */ (name), tags: { 338: [3, [2]] } },
    });
  if (format === 'ico') {
    const side = 32;
    /** @param {number} x @param {number} y */
    const at = (x, y) => [...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
    const rows = Array.from({ length: side * side }, (_, i) => {
      const [r, g, b, a] = at(i % side, side - 1 - Math.floor(i / side));
      return [b, g, r, a];
    }).flat();
    return icon([side, 32, name === 'png' ? png(side, side, at) : bitmap(32, rows, Array(side).fill(0), side)]);
  }
  if (format === 'jxl') {
    const encode = await encoder('jxl');
    return Buffer.from(encode(new Uint8ClampedArray(rgba), width, height, { lossless: name === 'lossless' }));
  }
  return readFileSync(join(root, 'tests/pictures', name));
}

/** Any number from a seed and a number, the same ones each time. @param {number} seed @param {number} number */
function randomBelow(seed, number) {
  const next = random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  next();
  return (/** @type {number} */ below) => Math.floor(next() * below);
}

/** @type {Record<string, (file: Buffer, pick: (below: number) => number) => Buffer>} */
const damages = {
  'cut off': (file, pick) => file.subarray(0, pick(file.length)),
  flips: (file, pick) => {
    for (let n = 1 + pick(8); n; n--) file[pick(file.length)] ^= 1 << pick(8);
    return file;
  },
  zeros: (file, pick) => {
    const at = pick(file.length);
    return file.fill(0, at, Math.min(file.length, at + 1 + pick(Math.ceil(file.length / 4))));
  },
  'block lost': (file, pick) => {
    const size = 1 + pick(Math.ceil(file.length / 3));
    const at = pick(file.length - size);
    return Buffer.concat([file.subarray(0, at), file.subarray(at + size)]);
  },
  'blocks swapped': (file, pick) => {
    const size = 1 + pick(Math.floor(file.length / 3));
    const first = pick(file.length - 2 * size);
    const second = first + size + pick(file.length - first - 2 * size);
    const kept = Buffer.from(file.subarray(first, first + size));
    file.copy(file, first, second, second + size);
    kept.copy(file, second);
    return file;
  },
};
const kinds = Object.keys(damages);

/** @param {Picture} a @param {Picture} b clear pixels have no colour */
export function isSame(a, b) {
  if (a.width !== b.width || a.height !== b.height) return false;
  let others = 0;
  for (let i = 0; i < a.rgba.length; i += 4) {
    if (!a.rgba[i + 3] && !b.rgba[i + 3]) continue;
    for (let c = 0; c < 4; c++)
      if (Math.abs(a.rgba[i + c] - b.rgba[i + c]) > 2) {
        others++;
        break;
      }
  }
  return others <= a.width * a.height * 0.005;
}

/** What is wrong with an error; "" for one that says what it should. @param {unknown} error */
export function wrongWith(error) {
  if (!(error instanceof CutawayError)) return `no error of ours: ${error}`;
  const { code, message, detail } = error;
  const said = `${code}: ${detail || message}`;
  if (statuses[code]?.fault !== 'picture' && statuses[code]?.fault !== 'limit') return said;
  if (!message.trim() || !(detail || message).trim()) return `${code} without a sentence`;
  return /\(\s*(…|\.\.\.)?\s*\)|undefined|\bnull\b|NaN|\[object|: *\.?$/.test(`${message} ${detail}`) ? said : '';
}

/** Jobs whose model takes everything for the subject, so that a result is its photo. @param {object} [more] options */
function jobs(more = {}) {
  const bytes = model({
    nodes: [node('ReduceMean', ['x'], ['m'], { axes: [1], keepdims: 1 }), node('Sigmoid', ['m'], ['y'])],
    inputs: [['x', [1, 3, 32, 32]]],
    outputs: [['y', [1, 1, 32, 32]]],
  });
  const input = { name: 'x', layout: 'NCHW', channels: 'RGB', size: [32, 32], fit: 'stretch' };
  const manifest = {
    name: 'everything',
    version: '1',
    input: { ...input, mean: [-50, -50, -50], std: [1, 1, 1] },
    output: { name: 'y', kind: 'alpha' },
  };
  const options = { model: { manifest, bytes }, effort: /** @type {const} */ ('fast'), ...more };
  let engine = createNodeEngine();
  /** @param {Buffer} file @returns {Promise<Outcome>} */
  async function run(file) {
    const from = process.cpuUsage();
    const spent = () => Object.values(process.cpuUsage(from)).reduce((sum, us) => sum + us / 1000, 0);
    /** @type {NodeJS.Timeout | undefined} */ let timer;
    const hung = new Promise((_, reject) => {
      timer = setTimeout(() => reject(hang), 30 * HANG);
    });
    try {
      const { blob } = await Promise.race([engine.removeBackground(new Blob([Uint8Array.from(file)]), options), hung]);
      const picture = readPng(new Uint8Array(await blob.arrayBuffer()));
      return { picture, ms: spent() };
    } catch (error) {
      if (error === hang) {
        await engine.dispose();
        engine = createNodeEngine();
      }
      return { error, ms: error === hang ? 30 * HANG : spent() };
    } finally {
      clearTimeout(timer);
    }
  }
  return { run, dispose: () => engine.dispose() };
}

const script = `
import ctypes, glob, io, os, struct, sys, zlib
import PIL
from PIL import Image, ImageOps
Image.MAX_IMAGE_PIXELS = None
for library in glob.glob(os.path.dirname(PIL.__file__) + '/../*illow.libs/libwebp-*'):
    # its own C code, before it has chosen: that of SSE2 overflows otherwise
    ctypes.c_void_p.in_dll(ctypes.CDLL(library), 'VP8GetCPUInfo').value = None
def bare(data):
    # the picture of a WebP without what stands around it, which libwebp alone does not read
    at = data.find(b'VP8L', 12) if data[8:12] == b'WEBP' else -1
    if at < 0: raise ValueError('no picture')
    size = 8 + struct.unpack('<I', data[at + 4:at + 8])[0]
    chunk = data[at:at + size + (size & 1)]
    return b'RIFF' + struct.pack('<I', 4 + len(chunk)) + b'WEBP' + chunk
def sound(data):
    # libpng leaves out what is no pixels and has a wrong sum; Pillow refuses the file
    at, kept = 8, data[:8]
    while data[:4] == b'\\x89PNG' and at + 12 <= len(data):
        end = at + 12 + struct.unpack('>I', data[at:at + 4])[0]
        right = struct.pack('>I', zlib.crc32(data[at + 4:end - 4])) == data[end - 4:end]
        if right or not data[at + 4] & 32: kept += data[at:end]
        at = end
    return kept + data[at:] if len(kept) > 8 else data
def show(data):
    data = sound(data)
    image = Image.open(io.BytesIO(data))
    # around the frame of a GIF nothing is painted: clear in a browser, a colour in Pillow
    box = image.tile[0][1] if image.format == 'GIF' else None
    image = ImageOps.exif_transpose(image).convert('RGBA')
    if box is None: return image
    screen = Image.new('RGBA', image.size)
    screen.paste(image.crop(box), box[:2])
    return screen
while True:
    head = sys.stdin.buffer.read(4)
    if len(head) < 4: break
    data = sys.stdin.buffer.read(struct.unpack('<I', head)[0])
    try:
        try: image = show(data)
        except Exception:
            if data[8:12] != b'WEBP': raise
            image = show(bare(data))
        out = struct.pack('<II', *image.size) + image.tobytes()
    except Exception as error:
        said = str(error).encode()
        out = struct.pack('<II', 0, len(said)) + said
    sys.stdout.buffer.write(out)
    sys.stdout.buffer.flush()
`;

/** What Pillow shows, as a process that is asked file by file; null where there is none. */
export function pillow() {
  const python = process.env.PYTHON || 'python3';
  if (spawnSync(python, ['-c', 'import PIL']).status !== 0) return null;
  const child = spawn(python, ['-W', 'ignore', '-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  let got = Buffer.alloc(0);
  /** @param {number} size */
  const take = async (size) => {
    while (got.length < size) got = Buffer.concat([got, ...(await once(child.stdout, 'data'))]);
    const taken = got.subarray(0, size);
    got = got.subarray(size);
    return taken;
  };
  /** @type {Oracle} */
  const show = async (file) => {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(file.length);
    child.stdin.write(Buffer.concat([head, file]));
    const size = await take(8);
    const [width, height] = [size.readUInt32LE(0), size.readUInt32LE(4)];
    if (!width) return String(await take(height));
    return { width, height, rgba: new Uint8Array(await take(width * height * 4)) };
  };
  return { show, end: () => void child.stdin.end() };
}

/**
 * @param {Outcome} outcome
 * @param {{ whole: Picture, bytes: Buffer, damage: string, show?: Oracle }} of
 * @returns {Promise<{ verdict: Verdict, why: string }>}
 */
export async function judge(outcome, { whole, bytes, damage, show }) {
  if (outcome.ms > HANG) return { verdict: 'fault', why: `took ${Math.round(outcome.ms)} ms` };
  if ('error' in outcome) {
    const why = wrongWith(outcome.error);
    return { verdict: why ? 'fault' : 'refused', why };
  }
  const { picture } = outcome;
  if (isSame(picture, whole)) return { verdict: 'whole', why: '' };
  if (damage === 'cut off') return { verdict: 'fault', why: 'cut off, and no error' };
  if (!show) return { verdict: 'not judged', why: '' };
  const shown = await show(bytes);
  if (typeof shown === 'string') return { verdict: 'fault', why: `others show nothing: ${shown}` };
  if (isSame(picture, shown)) return { verdict: 'as others show it', why: '' };
  return { verdict: 'fault', why: 'others show something else' };
}

/**
 * Each picture that is damaged, and what comes out of it.
 *
 * @param {(file: Buffer) => Promise<Outcome>} run
 * @param {string[]} wanted formats
 * @param {boolean} photos a larger one, too
 */
async function sources(run, wanted, photos) {
  const photo = readFileSync(join(root, 'web/samples/duck.jpg'));
  const sharper = createNodeEngine();
  /** @param {string} name @returns {Promise<Buffer>} */
  const read = async (name) => {
    if (!name.startsWith('photo ')) {
      return name.includes('.') ? readFileSync(join(root, 'tests/fuzz/corpus/fuzz_decode', name)) : fixture(name);
    }
    const format = /** @type {'png' | 'jpeg' | 'webp'} */ (name.slice(6));
    const { blob } = await sharper.convert(new Blob([photo]), { format, background: 'white' });
    return Buffer.from(await blob.arrayBuffer());
  };
  /** @type {Record<string, (Source & { whole: Picture })[]>} */
  const found = {};
  for (const format of wanted) {
    const large = photos && ['png', 'jpeg', 'webp'].includes(format) ? [`photo ${format}`, `photo ${format}`] : [];
    found[format] = [];
    for (const name of [...(names[format] ?? foreign[format]), ...large]) {
      const bytes = format in foreign ? await foreignPicture(format, name) : await read(name);
      const outcome = await run(bytes);
      if ('error' in outcome) throw new Error(`${name}, undamaged: ${outcome.error}`);
      found[format].push({ name, bytes, whole: outcome.picture });
    }
  }
  await sharper.dispose();
  return found;
}

/**
 * @param {{ count: number, seed: number, format?: string, only?: number, photos?: boolean, show?: Oracle, options?: object, signal?: AbortSignal,
 *   onFile?: (judged: Judged & { bytes: Buffer }) => void }} how only: the number of the one file that is wanted; options: of the jobs
 * @returns {Promise<Record<string, Judged[]>>} by format
 */
export async function damageAll({
  count,
  seed,
  format,
  only,
  photos = true,
  show,
  options,
  signal,
  onFile = () => {},
}) {
  const { run, dispose } = jobs(options);
  try {
    const ring = format && format in foreign ? [format] : formats;
    const one = only === undefined ? format : ring[only % ring.length];
    const all = await sources(run, one ? [one] : formats, photos);
    /** @type {Record<string, Judged[]>} */
    const judged = {};
    let number = only ?? 0;
    /** The next file. */
    const next = () => {
      while (only === undefined && format && ring[number % ring.length] !== format) number++;
      const group = ring[number % ring.length];
      const pick = randomBelow(seed, number);
      const { name, bytes: whole, whole: picture } = all[group][pick(all[group].length)];
      const damage = kinds[pick(kinds.length)];
      const bytes = damages[damage](Buffer.from(whole), pick);
      const oracle = unknown.includes(group) ? undefined : show;
      return { number: number++, group, source: name, damage, bytes, whole: picture, show: oracle };
    };
    for (let left = only === undefined ? count : 1; left > 0 && !signal?.aborted; left -= AT_ONCE) {
      const files = Array.from({ length: Math.min(left, AT_ONCE) }, next);
      const outcomes = await Promise.all(files.map(({ bytes }) => run(bytes)));
      for (const [i, file] of files.entries()) {
        let found = await judge(outcomes[i], file);
        // alone: the time was that of all, and a crash takes its neighbours along
        if (found.verdict === 'fault' && files.length > 1) found = await judge(await run(file.bytes), file);
        const { group, source, damage, bytes } = file;
        const entry = { number: file.number, source, damage, ...found };
        onFile({ ...entry, bytes });
        (judged[group] ??= []).push(entry);
      }
    }
    return judged;
  } finally {
    await dispose();
  }
}

/** @type {Verdict[]} */
const columns = ['refused', 'whole', 'as others show it', 'not judged', 'fault'];

/** @param {Record<string, Judged[]>} judged */
function table(judged) {
  const rows = Object.entries(judged);
  /** @type {[string, Judged[]][]} */
  const all = [...rows, ['all', rows.flatMap(([, files]) => files)]];
  const line = (/** @type {(string | number)[]} */ cells) =>
    cells.map((cell, i) => (i ? String(cell).padStart(19) : String(cell).padEnd(12))).join('');
  return [
    line(['', 'files', ...columns]),
    ...all.map(([name, files]) =>
      line([name, files.length, ...columns.map((column) => files.filter(({ verdict }) => verdict === column).length)]),
    ),
  ].join('\n');
}

if (process.argv[1] && import.meta.url.endsWith('/damage.js') && /\/damage(\.js)?$/.test(process.argv[1])) {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '1200' },
      seed: { type: 'string', default: '16' },
      format: { type: 'string' },
      only: { type: 'string' },
      write: { type: 'string' },
    },
  });
  const known = [...formats, ...Object.keys(foreign)];
  if (values.format && !known.includes(values.format)) throw new Error(`--format is one of ${known.join(', ')}`);
  const seed = Number(values.seed);
  const others = pillow();
  if (!others) console.log('No Pillow ($PYTHON, python3): what others show is not asked.');
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const judged = await damageAll({
    signal: stop.signal,
    count: Number(values.count),
    seed,
    format: values.format,
    only: values.only === undefined ? undefined : Number(values.only),
    show: others?.show,
    onFile({ number, source, damage, verdict, why, bytes }) {
      if (values.write) writeFileSync(values.write, bytes);
      if (verdict === 'fault') console.log(`FAULT --seed ${seed} --only ${number}: ${source}, ${damage}: ${why}`);
      else if (values.only !== undefined) console.log(`${source}, ${damage}: ${verdict}`);
    },
  });
  others?.end();
  console.log(table(judged));
  process.exitCode = Object.values(judged).some((files) => files.some(({ verdict }) => verdict === 'fault')) ? 1 : 0;
}
