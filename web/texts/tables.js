// Every language but English, room by room. Written out, because that is what
// bundlers follow. Loaded when a language is asked for.

/** @type {Record<string, Record<string, () => Promise<{ default: Record<string, string> }>>>} */
export const tables = {
  de: {
    batch: () => import('./de/batch.js'),
    consent: () => import('./de/consent.js'),
    element: () => import('./de/element.js'),
    page: () => import('./de/page.js'),
    pick: () => import('./de/pick.js'),
    retouch: () => import('./de/retouch.js'),
    studio: () => import('./de/studio.js'),
    style: () => import('./de/style.js'),
  },
  fr: {
    batch: () => import('./fr/batch.js'),
    consent: () => import('./fr/consent.js'),
    element: () => import('./fr/element.js'),
    page: () => import('./fr/page.js'),
    pick: () => import('./fr/pick.js'),
    retouch: () => import('./fr/retouch.js'),
    studio: () => import('./fr/studio.js'),
    style: () => import('./fr/style.js'),
  },
  es: {
    batch: () => import('./es/batch.js'),
    consent: () => import('./es/consent.js'),
    element: () => import('./es/element.js'),
    page: () => import('./es/page.js'),
    pick: () => import('./es/pick.js'),
    retouch: () => import('./es/retouch.js'),
    studio: () => import('./es/studio.js'),
    style: () => import('./es/style.js'),
  },
  ja: {
    batch: () => import('./ja/batch.js'),
    consent: () => import('./ja/consent.js'),
    element: () => import('./ja/element.js'),
    page: () => import('./ja/page.js'),
    pick: () => import('./ja/pick.js'),
    retouch: () => import('./ja/retouch.js'),
    studio: () => import('./ja/studio.js'),
    style: () => import('./ja/style.js'),
  },
  zh: {
    batch: () => import('./zh/batch.js'),
    consent: () => import('./zh/consent.js'),
    element: () => import('./zh/element.js'),
    page: () => import('./zh/page.js'),
    pick: () => import('./zh/pick.js'),
    retouch: () => import('./zh/retouch.js'),
    studio: () => import('./zh/studio.js'),
    style: () => import('./zh/style.js'),
  },
};
