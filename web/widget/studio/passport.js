// A passport's photo: whether it can be one, guide lines over the picture, what
// is said of it, and the sheet to print. Loaded when such a canvas is chosen.
import { readStyle } from '../../engine/core/style-text.js';
import { passportOf, read } from '../settings/passports.js';

/**
 * @typedef {import('../settings/passports.js').Passport} Passport
 * @typedef {import('../common/messages.js').Translate} Translate
 * @typedef {import('./queue.js').Result['report']} Report
 * @typedef {'head' | 'small' | 'blurred' | 'gap' | 'height'} Problem
 */

/** A head that is enlarged by more has too few pixels of its own. */
const enlarged = 1.2;
/** Heads below are blurred: docs/decisions/compose.md has what was measured. */
const sharp = 0.4;
/** Dots of an inch of a print. */
const dpi = 300;
const inch = 25.4;
/** @type {Record<Problem, import('../common/texts.js').Key<typeof import('../../texts/en/studio.js').default>>} */
const sentences = {
  head: 'passport.head',
  small: 'passport.small',
  blurred: 'passport.blurred',
  gap: 'passport.gap',
  height: 'passport.height',
};
/** Sheets, mm; one lies on its side where that holds more. @type {Record<string, [number, number]>} */
export const papers = { photo: [101.6, 152.4], letter: [215.9, 279.4] };
/** Around each print, for the scissors. */
const gutter = 2;

/** The name of a canvas, whatever else its attribute says. @param {string | null} canvas */
export function nameOf(canvas) {
  const style = readStyle(canvas ?? '');
  return String((typeof style === 'object' ? style.preset : canvas) ?? '');
}

/**
 * Why a result is no passport's photo; nothing: it may be one.
 *
 * @param {Report} report
 * @param {Passport} passport
 * @returns {Problem[]}
 */
export function judge({ height, placed }, { size, head: [least, most] }) {
  if (!placed?.head) return ['head'];
  const [, crown, chin] = placed.head;
  const tall = ((chin - crown) / height) * size[1];
  /** @type {[Problem, boolean][]} */
  const all = [
    ['small', placed.scale > enlarged],
    ['blurred', (placed.sharpness ?? 1) < sharp],
    ['gap', (placed.gap ?? 0) > 1],
    ['height', tall < least - 0.5 || tall > most + 0.5],
  ];
  return all.filter(([, is]) => is).map(([name]) => name);
}

/** What is wrong, in sentences. @param {Translate} t @param {Problem[]} problems @param {Report} report */
export const said = (t, problems, report) =>
  problems
    .map((name) =>
      t(sentences[name], {
        times: new Intl.NumberFormat(t.language, { maximumFractionDigits: 1 }).format(report.placed?.scale ?? 1),
      }),
    )
    .join(' ');

/** Crown, chin and the middle, over the picture. @param {Element} plane @param {Passport | undefined} passport */
export function layGuides(plane, passport) {
  plane.querySelector('.guides')?.remove();
  if (!passport) return;
  const [w, h] = passport.size;
  const [least, most] = passport.head;
  const { top } = passport;
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'guides');
  svg.setAttribute('viewBox', `0 0 ${w} ${h}`);
  svg.setAttribute('aria-hidden', 'true');
  /** @param {string} name @param {Record<string, string | number>} attributes */
  const add = (name, attributes) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    svg.append(made);
  };
  add('rect', { x: 0, y: top + least, width: w, height: most - least });
  for (const y of [top, top + least, top + most]) add('path', { d: `M0 ${y}H${w}` });
  add('path', { d: `M${w / 2} 0V${h}` });
  plane.append(svg);
}

/**
 * What there is to know of a passport's photo.
 *
 * @param {HTMLElement} box
 * @param {Translate} t
 * @param {Passport} passport
 * @param {Report | undefined} report
 */
export function layNotes(box, t, passport, report) {
  const problems = report ? judge(report, passport) : [];
  const number = new Intl.NumberFormat(t.language, { maximumFractionDigits: 1 });
  /** @param {string} text @param {string} [kind] @param {Node[]} more */
  const line = (text, kind = '', ...more) => {
    const made = document.createElement('p');
    made.className = kind;
    made.append(text, ...more.flatMap((one) => [' ', one]));
    return made;
  };
  const source = Object.assign(document.createElement('a'), {
    href: passport.source,
    target: '_blank',
    rel: 'noopener noreferrer',
    textContent: t(passport.quoted ? 'passport.quoted' : 'passport.source', {
      date: new Intl.DateTimeFormat(t.language, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(read)),
    }),
  });
  const sheets = Object.keys(papers).map((paper) => {
    const made = Object.assign(document.createElement('button'), {
      className: 'link',
      textContent: t(paper === 'photo' ? 'passport.paper.photo' : 'passport.paper.letter'),
    });
    made.setAttribute('type', 'button');
    made.dataset.act = `sheet-${paper}`;
    return made;
  });
  const [least, most] = passport.head.map((mm) => number.format(mm));
  const lines = [
    problems.length && report
      ? line(said(t, problems, report), 'warn')
      : line(t('passport.fits', { size: passport.size.map((mm) => number.format(mm)).join(' × '), least, most })),
    line(t('passport.edited'), '', source),
    ...(problems.length || !report ? [] : [line(t('passport.print'), '', ...sheets)]),
  ];
  const now = `passport ${lines.map(({ textContent }) => textContent).join()}`;
  box.hidden = false;
  if (box.dataset.said === now) return;
  box.dataset.said = now;
  box.replaceChildren(...lines);
}

/** Says 300 dots an inch in a JPEG that a canvas made. @param {Uint8Array} bytes begins with JFIF's segment */
function sayDensity(bytes) {
  if (bytes[2] === 0xff && bytes[3] === 0xe0) bytes.set([1, dpi >> 8, dpi & 255, dpi >> 8, dpi & 255], 13);
}

/**
 * How many fit a sheet, upright or on its side.
 *
 * @param {[number, number]} paper mm
 * @param {[number, number]} size mm
 */
export function arrange(paper, size) {
  const ways = [paper, /** @type {[number, number]} */ ([paper[1], paper[0]])].map(([width, height]) => {
    const columns = Math.floor((width - gutter) / (size[0] + gutter));
    const rows = Math.floor((height - gutter) / (size[1] + gutter));
    return { width, height, columns, rows };
  });
  return ways[1].columns * ways[1].rows > ways[0].columns * ways[0].rows ? ways[1] : ways[0];
}

/**
 * A sheet full of prints with lines to cut along, as a JPEG.
 *
 * @param {Blob} photo the finished file
 * @param {Passport} passport
 * @param {string} paper
 * @returns {Promise<Blob>}
 */
export async function makeSheet(photo, passport, paper) {
  const { width, height, columns, rows } = arrange(papers[paper], passport.size);
  const px = (/** @type {number} */ mm) => Math.round((mm / inch) * dpi);
  const [w, h] = passport.size;
  const canvas = new OffscreenCanvas(px(width), px(height));
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d', { alpha: false }));
  const picture = await createImageBitmap(photo);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  const left = (width - columns * w - (columns - 1) * gutter) / 2;
  const top = (height - rows * h - (rows - 1) * gutter) / 2;
  context.strokeStyle = '#9aa29e';
  for (let i = 0; i < columns * rows; i++) {
    const x = left + (i % columns) * (w + gutter);
    const y = top + Math.floor(i / columns) * (h + gutter);
    const [x0, y0, x1, y1] = [x, y, x + w, y + h].map(px);
    context.drawImage(picture, x0, y0, x1 - x0, y1 - y0);
    context.strokeRect(x0 - 0.5, y0 - 0.5, x1 - x0 + 1, y1 - y0 + 1);
  }
  picture.close();
  const made = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
  const bytes = new Uint8Array(await made.arrayBuffer());
  sayDensity(bytes);
  return new Blob([bytes], { type: 'image/jpeg' });
}

/** Of a canvas' attribute. @param {string | null} canvas */
export const passportFor = (canvas) => passportOf(nameOf(canvas));
