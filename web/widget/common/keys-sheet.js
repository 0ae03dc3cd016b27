// The sheet that tells keys, of the studio and of the retoucher.

/**
 * A sheet of keys.
 *
 * @param {ParentNode} root where it is shown; there is one at most
 * @param {(key: 'keys' | 'keys.close') => string} t
 * @param {string[][]} rows a key, what it does
 * @param {Node[]} [more] below them
 */
export function tellKeys(root, t, rows, more = []) {
  root.querySelector('dialog.keys')?.remove();
  const dialog = document.createElement('dialog');
  dialog.className = 'keys';
  dialog.setAttribute('part', 'dialog');
  dialog.setAttribute('aria-label', t('keys'));
  /** @param {string} tag @param {string} text */
  const made = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
  const list = document.createElement('dl');
  list.append(
    ...rows.map(([key, text]) => {
      const row = document.createElement('div');
      const term = document.createElement('dt');
      term.append(made('kbd', key));
      row.append(term, made('dd', text));
      return row;
    }),
  );
  const close = made('button', t('keys.close'));
  close.className = 'quiet small-button';
  close.setAttribute('type', 'button');
  dialog.addEventListener('click', ({ target }) => {
    if (target === close || target === dialog) dialog.close(); // the dialog itself: its backdrop
  });
  dialog.addEventListener('close', () => dialog.remove());
  const body = document.createElement('div');
  const head = document.createElement('header'); // the first thing to have the focus, so that the sheet opens at its top
  head.append(made('h2', t('keys')), close);
  body.append(head, list, ...more);
  dialog.append(body);
  root.append(dialog);
  dialog.showModal();
}
