/** @type {Map<string, CSSStyleSheet>} one of a text, whoever adopts it */
const sheets = new Map();

/** @param {ShadowRoot} root @param {...string} styles */
export function adoptStyles(root, ...styles) {
  for (const text of styles) {
    let sheet = sheets.get(text);
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      sheets.set(text, sheet);
    }
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  }
}
