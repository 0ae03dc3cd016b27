// What the empty drop zone offers of before: the photos that were there until
// a moment ago, or at the last visit, and to forget them.

/** @typedef {{ names: string[], bring: () => void, forget?: () => void }} Past forget: they lie on this device */

export class Offer {
  /** @type {Past | undefined} */ #past;

  /** @param {ParentNode} root of the element @param {() => import('../common/messages.js').Translate} t */
  constructor(root, t) {
    this.t = t;
    this.actions = /** @type {HTMLElement} */ (root.querySelector('.drop .actions'));
    this.box = Object.assign(document.createElement('p'), { className: 'actions past' });
    this.box.setAttribute('part', 'past');
    this.box.addEventListener('click', ({ target }) => {
      const act = /** @type {Element} */ (target).closest('button')?.dataset.past;
      if (act === 'bring') this.#past?.bring();
      if (act === 'forget') this.#past?.forget?.();
    });
  }

  /** @param {Past | undefined} past nothing is offered without */
  show(past) {
    this.#past = past;
    this.speak();
  }

  /** In another language. */
  speak() {
    const past = this.#past;
    if (!past) return this.box.remove();
    const t = this.t();
    const [name] = past.names;
    const more = past.names.length - 1;
    /** @param {string} act @param {string} text */
    const button = (act, text) => {
      const made = Object.assign(document.createElement('button'), { className: 'quiet', textContent: text });
      made.setAttribute('type', 'button');
      made.setAttribute('part', 'button');
      made.dataset.past = act;
      return made;
    };
    this.box.replaceChildren(
      button('bring', more ? t('past.bring.more', { name, count: more }) : t('past.bring', { name })),
      ...(past.forget ? [button('forget', t('past.forget'))] : []),
    );
    if (past.forget) {
      const note = Object.assign(document.createElement('span'), { className: 'small', textContent: t('past.where') });
      this.box.append(note);
    }
    this.actions.after(this.box);
  }

  dispose() {
    this.box.remove();
  }
}
