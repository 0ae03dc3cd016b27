// Shares and sizes as a language writes them.

/** @param {string} language @param {number} share 0..1 */
export const percent = (language, share) =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }).format(share);

/** With + or −, to a tenth of a percent. @param {string} language @param {number} share */
export const signed = (language, share) =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' }).format(
    share,
  );

/** @param {string} language @param {number} count */
export function bytes(language, count) {
  const [size, unit, digits] =
    count < 1e3 ? [count, 'byte', 0] : count < 1e6 ? [count / 1e3, 'kilobyte', 0] : [count / 1e6, 'megabyte', 1];
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: digits,
    minimumFractionDigits: digits,
  }).format(size);
}
