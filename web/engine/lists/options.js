// Made by tools/make-lists.js from wasm/options/list.h: npm run build writes it anew.

/**
 * @typedef {string | number} Length "5%", "40px" or pixels
 *
 * @typedef {object} Shadow
 * @property {Length} [x] to the right
 * @property {Length} [y] down
 * @property {Length} [blur] twice the standard deviation, as CSS box-shadow
 * @property {number} [opacity] of the darkest part
 * @property {string} [color] of the shadow
 *
 * @typedef {object} Cast
 * @property {number} [angle] degrees: where it falls, 0 back, 90 right, 180 forward
 * @property {number} [length] of the subject's height
 * @property {Length} [blur] at its far end, twice the standard deviation
 * @property {number} [opacity] where it begins
 * @property {string} [color] of the shadow
 *
 * @typedef {object} Contact
 * @property {Length} [blur] twice the standard deviation
 * @property {number} [opacity] of the darkest part
 * @property {string} [color] of the shadow
 *
 * @typedef {object} Natural
 * @property {number} [opacity] 1 as dark as in the photo
 *
 * @typedef {object} Reflection
 * @property {number} [length] of the subject's height: there it has faded away
 * @property {number} [opacity] at the ground
 *
 * @typedef {object} Outline
 * @property {Length} [width] of the rim
 * @property {string} [color] of the rim
 *
 * @typedef {object} Fit
 * @property {'subject' | 'photo'} [fit] what is fitted
 * @property {number} [scale] share of the canvas that it fills at most
 * @property {Length} [x] from the middle, of the width
 * @property {Length} [y] from the middle, of the height
 *
 * @typedef {Fit & ({ preset: string } | { ratio: string } | { width: number, height: number })} Canvas
 *
 * @typedef {object} Output
 * @property {string | Blob | Uint8Array} [background] what lies behind the subject
 * @property {'cover' | 'contain' | 'stretch'} [fit] how a background picture fills the photo or the canvas, as CSS
 *   object-fit; contain leaves clear bars, white in a JPEG
 * @property {'subject' | 'background'} [keep] what of the photo stays; background removes the subject instead
 * @property {boolean | Shadow} [shadow] a soft shadow under what is kept, on transparent, too
 * @property {boolean | Cast} [cast] the shadow that what is kept casts on the ground it stands on
 * @property {boolean | Contact} [contact] the dark line where it touches the ground
 * @property {boolean | Natural} [natural] the shadow of the photo itself, where the ground is smooth enough to find
 *   it
 * @property {boolean | Reflection} [reflection] its mirror image in the ground
 * @property {boolean | Outline} [outline] a rim around what is kept, as of a sticker
 * @property {string | Canvas} [canvas] size of the result, and how large and where the subject is on it; passports of
 *   23 countries by their codes
 * @property {'png' | 'jpeg' | 'webp'} [format] of the file
 * @property {number} [quality] of JPEG and WebP; WebP at 100 is lossless
 * @property {'keep' | 'srgb'} [colorspace] of the file: the photo's own, or sRGB, as some shops want it
 * @property {'strip' | 'keep'} [metadata] EXIF, XMP and IPTC of the photo: keep takes them along, where it was taken,
 *   too
 * @property {boolean} [crop] cuts the result to the subject
 * @property {Length} [margin] around a crop or on a canvas, of the subject's longer side
 * @property {Length} [shift] moves the subject's edge, outwards, or inwards below 0; of the photo's longer side, as
 *   the next three
 * @property {Length} [feather] softens the edge: about as wide as it becomes
 * @property {Length} [smooth] takes away bumps and notches of the edge that are finer
 * @property {Length} [holes] fills holes up to the size of a square with this side
 * @property {number} [decontaminate] percent: how much of the old background's colour is taken out of soft edges; 0
 *   leaves the photo's own colours
 * @property {'auto' | 'photo' | 'graphic'} [kind] what the picture is: a graphic (logo, drawing, signature on paper)
 *   is keyed by its plain ground, a photo is what the model looks at
 * @property {boolean} [partial] of a photo that is damaged or ends early, what is there, instead of an error
 * @property {'fast' | 'standard' | 'high'} [effort] standard looks closely at a subject that is small in the photo
 *   and follows hair and other details where fast leaves them soft; with high the model also looks at the mirrored
 *   photo
 * @property {boolean} [mask] the matte itself, as a grey picture
 */

/** @type {Readonly<Record<string, import('../core/core.js').OptionInfo>>} */
export const options = {
  background: {
    type: 'background',
    default: 'transparent',
    values: [
      'transparent',
      'white',
      '#rrggbb',
      'blur',
      'blur(2%)',
      'linear-gradient(135deg, #rrggbb, #rrggbb 80%)',
      'image',
    ],
    max_stops: 16,
    max_blur_percent: 25,
    scope: 'result',
    words: 'what lies behind the subject',
  },
  fit: {
    type: 'choice',
    default: 'cover',
    values: ['cover', 'contain', 'stretch'],
    scope: 'result',
    words: 'how a background picture fills the photo or the canvas, as CSS object-fit; contain leaves clear bars, white in a JPEG',
  },
  keep: {
    type: 'choice',
    default: 'subject',
    values: ['subject', 'background'],
    scope: 'result',
    words: 'what of the photo stays; background removes the subject instead',
  },
  shadow: {
    type: 'switch',
    default: null,
    keys: {
      x: { type: 'length', default: '0', min_percent: -100, max_percent: 100, max_px: 10000, words: 'to the right' },
      y: { type: 'length', default: '1%', min_percent: -100, max_percent: 100, max_px: 10000, words: 'down' },
      blur: {
        type: 'length',
        default: '3%',
        min_percent: 0,
        max_percent: 25,
        max_px: 10000,
        words: 'twice the standard deviation, as CSS box-shadow',
      },
      opacity: { type: 'number', default: 0.35, min: 0, max: 1, words: 'of the darkest part' },
      color: { type: 'color', default: '#000000', words: 'of the shadow' },
    },
    scope: 'result',
    words: 'a soft shadow under what is kept, on transparent, too',
  },
  cast: {
    type: 'switch',
    default: null,
    keys: {
      angle: {
        type: 'integer',
        default: 50,
        min: 0,
        max: 359,
        words: 'degrees: where it falls, 0 back, 90 right, 180 forward',
      },
      length: { type: 'number', default: 0.9, min: 0, max: 3, words: "of the subject's height" },
      blur: {
        type: 'length',
        default: '2%',
        min_percent: 0,
        max_percent: 25,
        max_px: 10000,
        words: 'at its far end, twice the standard deviation',
      },
      opacity: { type: 'number', default: 0.4, min: 0, max: 1, words: 'where it begins' },
      color: { type: 'color', default: '#000000', words: 'of the shadow' },
    },
    scope: 'result',
    words: 'the shadow that what is kept casts on the ground it stands on',
  },
  contact: {
    type: 'switch',
    default: null,
    keys: {
      blur: {
        type: 'length',
        default: '1%',
        min_percent: 0,
        max_percent: 25,
        max_px: 10000,
        words: 'twice the standard deviation',
      },
      opacity: { type: 'number', default: 0.6, min: 0, max: 1, words: 'of the darkest part' },
      color: { type: 'color', default: '#000000', words: 'of the shadow' },
    },
    scope: 'result',
    words: 'the dark line where it touches the ground',
  },
  natural: {
    type: 'switch',
    default: null,
    keys: { opacity: { type: 'number', default: 1, min: 0, max: 1, words: '1 as dark as in the photo' } },
    scope: 'result',
    words: 'the shadow of the photo itself, where the ground is smooth enough to find it',
  },
  reflection: {
    type: 'switch',
    default: null,
    keys: {
      length: {
        type: 'number',
        default: 0.35,
        min: 0.01,
        max: 1,
        words: "of the subject's height: there it has faded away",
      },
      opacity: { type: 'number', default: 0.3, min: 0, max: 1, words: 'at the ground' },
    },
    scope: 'result',
    words: 'its mirror image in the ground',
  },
  outline: {
    type: 'switch',
    default: null,
    keys: {
      width: { type: 'length', default: '1%', min_percent: 0, max_percent: 10, max_px: 10000, words: 'of the rim' },
      color: { type: 'color', default: '#ffffff', words: 'of the rim' },
    },
    scope: 'result',
    words: 'a rim around what is kept, as of a sticker',
  },
  canvas: {
    type: 'canvas',
    default: null,
    keys: {
      preset: { type: 'size', default: null, words: 'a name of presets' },
      ratio: { type: 'size', default: null, words: 'such as 4:5' },
      width: { type: 'size', default: null, words: 'pixels, with height' },
      height: { type: 'size', default: null, words: 'pixels, with width' },
      fit: { type: 'choice', default: 'subject', values: ['subject', 'photo'], words: 'what is fitted' },
      scale: { type: 'number', default: 0.9, min: 0.05, max: 4, words: 'share of the canvas that it fills at most' },
      x: {
        type: 'length',
        default: '0',
        min_percent: -100,
        max_percent: 100,
        max_px: 10000,
        words: 'from the middle, of the width',
      },
      y: {
        type: 'length',
        default: '0',
        min_percent: -100,
        max_percent: 100,
        max_px: 10000,
        words: 'from the middle, of the height',
      },
    },
    presets: [
      { name: 'square', width: 1, height: 1, ratio: true, scale: 0.9 },
      { name: 'portrait', width: 4, height: 5, ratio: true, scale: 0.9 },
      { name: 'wide', width: 16, height: 9, ratio: true, scale: 0.9 },
      { name: 'passport', width: 413, height: 531, ratio: false, scale: 1 },
      { name: 'amazon', width: 2000, height: 2000, ratio: false, scale: 0.85 },
      { name: 'ebay', width: 1600, height: 1600, ratio: false, scale: 0.9 },
      { name: 'etsy', width: 2700, height: 2025, ratio: false, scale: 0.9 },
      { name: 'shopify', width: 2048, height: 2048, ratio: false, scale: 0.9 },
      { name: 'passport-us', width: 602, height: 602, ratio: false, scale: 1 },
      { name: 'passport-ca', width: 591, height: 827, ratio: false, scale: 1 },
      { name: 'passport-mx', width: 413, height: 531, ratio: false, scale: 1 },
      { name: 'passport-gb', width: 413, height: 531, ratio: false, scale: 1 },
      { name: 'passport-ie', width: 413, height: 531, ratio: false, scale: 1 },
      { name: 'passport-de', width: 413, height: 531, ratio: false, scale: 1 },
      { name: 'passport-at', width: 413, height: 531, ratio: false, scale: 1 },
      { name: 'passport-fr', width: 413, height: 531, ratio: false, scale: 1 },
      { name: 'passport-nl', width: 413, height: 531, ratio: false, scale: 1 },
      { name: 'passport-pl', width: 413, height: 531, ratio: false, scale: 1 },
      { name: 'passport-fi', width: 425, height: 555, ratio: false, scale: 1 },
      { name: 'passport-tr', width: 591, height: 709, ratio: false, scale: 1 },
      { name: 'passport-za', width: 413, height: 531, ratio: false, scale: 1 },
      { name: 'passport-in', width: 602, height: 602, ratio: false, scale: 1 },
      { name: 'passport-cn', width: 390, height: 567, ratio: false, scale: 1 },
      { name: 'passport-hk', width: 472, height: 591, ratio: false, scale: 1 },
      { name: 'passport-tw', width: 413, height: 531, ratio: false, scale: 1 },
      { name: 'passport-jp', width: 413, height: 531, ratio: false, scale: 1 },
      { name: 'passport-kr', width: 413, height: 531, ratio: false, scale: 1 },
      { name: 'passport-sg', width: 413, height: 531, ratio: false, scale: 1 },
      { name: 'passport-my', width: 413, height: 591, ratio: false, scale: 1 },
      { name: 'passport-au', width: 413, height: 531, ratio: false, scale: 1 },
      { name: 'passport-nz', width: 413, height: 531, ratio: false, scale: 1 },
    ],
    scope: 'result',
    words: 'size of the result, and how large and where the subject is on it; passports of 23 countries by their codes',
  },
  format: { type: 'choice', default: 'png', values: ['png', 'jpeg', 'webp'], scope: 'result', words: 'of the file' },
  quality: {
    type: 'integer',
    default: 90,
    min: 1,
    max: 100,
    scope: 'result',
    words: 'of JPEG and WebP; WebP at 100 is lossless',
  },
  colorspace: {
    type: 'choice',
    default: 'keep',
    values: ['keep', 'srgb'],
    scope: 'result',
    words: "of the file: the photo's own, or sRGB, as some shops want it",
  },
  metadata: {
    type: 'choice',
    default: 'strip',
    values: ['strip', 'keep'],
    scope: 'result',
    words: 'EXIF, XMP and IPTC of the photo: keep takes them along, where it was taken, too',
  },
  crop: { type: 'boolean', default: false, scope: 'result', words: 'cuts the result to the subject' },
  margin: {
    type: 'length',
    default: '0%',
    min_percent: 0,
    max_percent: 100,
    max_px: 10000,
    scope: 'result',
    words: "around a crop or on a canvas, of the subject's longer side",
  },
  shift: {
    type: 'length',
    default: '0',
    min_percent: -2,
    max_percent: 2,
    max_px: 10000,
    scope: 'result',
    words: "moves the subject's edge, outwards, or inwards below 0; of the photo's longer side, as the next three",
  },
  feather: {
    type: 'length',
    default: '0',
    min_percent: 0,
    max_percent: 2,
    max_px: 10000,
    scope: 'result',
    words: 'softens the edge: about as wide as it becomes',
  },
  smooth: {
    type: 'length',
    default: '0',
    min_percent: 0,
    max_percent: 2,
    max_px: 10000,
    scope: 'result',
    words: 'takes away bumps and notches of the edge that are finer',
  },
  holes: {
    type: 'length',
    default: '0',
    min_percent: 0,
    max_percent: 100,
    max_px: 10000,
    scope: 'result',
    words: 'fills holes up to the size of a square with this side',
  },
  decontaminate: {
    type: 'integer',
    default: 100,
    min: 0,
    max: 200,
    scope: 'result',
    words: "percent: how much of the old background's colour is taken out of soft edges; 0 leaves the photo's own colours",
  },
  kind: {
    type: 'choice',
    default: 'auto',
    values: ['auto', 'photo', 'graphic'],
    scope: 'run',
    words: 'what the picture is: a graphic (logo, drawing, signature on paper) is keyed by its plain ground, a photo is what the model looks at',
  },
  partial: {
    type: 'boolean',
    default: false,
    scope: 'run',
    words: 'of a photo that is damaged or ends early, what is there, instead of an error',
  },
  effort: {
    type: 'choice',
    default: 'standard',
    values: ['fast', 'standard', 'high'],
    scope: 'run',
    words: 'standard looks closely at a subject that is small in the photo and follows hair and other details where fast leaves them soft; with high the model also looks at the mirrored photo',
  },
  mask: { type: 'boolean', default: false, scope: 'call', words: 'the matte itself, as a grey picture' },
};
