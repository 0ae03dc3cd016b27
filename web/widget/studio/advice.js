// What is worth knowing of the finished file: that it was enlarged, and that a
// shop asks for something else, each with a button that puts it right; that the
// photo's own shadow was not found.
import { canvasesOf, readPlace, writePlace } from '../settings/canvas-place.js';
import { rememberSettings } from '../settings/settings.js';
import { broken, obey, shopOf } from '../settings/shops.js';

/** More than this is told. */
const enlarged = 1.2;

/**
 * @typedef {import('../common/messages.js').Translate} Translate
 * @typedef {import('./queue.js').Result} Result
 */

/** Sides at which nothing is enlarged. @param {Result['report']} report */
const smaller = ({ width, height, placed }) =>
  [width, height].map((side) => Math.max(16, Math.round(side / placed.scale)));

/**
 * @param {HTMLElement} box
 * @param {HTMLElement} host
 * @param {Translate} t
 * @param {Result['report'] | undefined} report of the file that is shown
 */
export function layAdvice(box, host, t, report) {
  const canvas = host.getAttribute('canvas');
  const shop = shopOf(canvas);
  const wrong = shop ? broken(shop, host) : [];
  const scale = canvas && (report?.placed?.scale ?? 1);
  /** @type {Node[]} */
  const lines = [];
  /** @param {string} text @param {Node[]} more */
  const line = (text, ...more) => {
    const made = document.createElement('p');
    made.append(text, ...more.flatMap((one) => [' ', one]));
    lines.push(made);
    return made;
  };
  /** @param {string} act @param {string} text */
  const button = (act, text) => {
    const made = Object.assign(document.createElement('button'), { className: 'link', textContent: text });
    made.setAttribute('type', 'button');
    made.dataset.act = act;
    return made;
  };
  if (scale && scale > enlarged) {
    const times = new Intl.NumberFormat(t.language, { maximumFractionDigits: 1 }).format(scale);
    const [width, height] = smaller(report);
    line(t('enlarged', { times }), button('smaller', t('enlarged.do', { size: `${width} × ${height}` }))).className =
      'warn';
  }
  const { natural } = report ?? {};
  if (natural && natural !== 'found')
    line(t(natural === 'none' ? 'natural.none' : 'natural.unsmooth')).className = 'warn';
  if (shop) {
    const source = Object.assign(document.createElement('a'), {
      href: shop.source,
      target: '_blank',
      rel: 'noopener noreferrer',
      textContent: t('shop.source', {
        shop: shop.name,
        date: new Intl.DateTimeFormat(t.language, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(shop.read)),
      }),
    });
    const list = new Intl.ListFormat(t.language).format(wrong.map((name) => t.find(`shop.of.${name}`) ?? name));
    if (wrong.length)
      line(t('shop.broken', { shop: shop.name, what: list }), button('obey', t('shop.obey')), source).className =
        'warn';
    else line(t('shop.kept', { shop: shop.name }), source);
  }
  const said = lines.map(({ textContent }) => textContent).join();
  box.hidden = !lines.length;
  if (box.dataset.said === said) return;
  box.dataset.said = said;
  box.replaceChildren(...lines);
}

/** As the shop asks for it. @param {HTMLElement} host */
export function obeyShop(host) {
  const shop = shopOf(host.getAttribute('canvas'));
  if (!shop) return;
  obey(shop, host);
  rememberSettings(host);
}

/**
 * The canvas so small that nothing is enlarged.
 *
 * @param {HTMLElement} host
 * @param {import('./queue.js').Engine} engine
 * @param {Result['report']} report
 */
export async function makeSmaller(host, engine, report) {
  const canvas = await canvasesOf(engine);
  if (!canvas) return;
  const place = readPlace(host.getAttribute('canvas') ?? '', canvas);
  host.setAttribute('canvas', writePlace({ ...place, name: smaller(report).join('x') }, canvas));
  rememberSettings(host);
}
