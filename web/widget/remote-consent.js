// <remote-consent>: shows to which services photos may be sent, asks before it
// is so, and takes it back. A page that sets up a remote for the shim puts it
// where its user sees it:
//
//   const panel = document.querySelector('remote-consent')
//   panel.remotes = { NAME: { name: 'As people read it', baseUrl: 'https://api.example' } }
//   panel.consent = createConsent()      // of cutaway/shim; the shim gets the same object
//
// The agreement is given by a click here and by nothing else; it is kept by
// the consent object, for one service at one address.

/**
 * @typedef {{ granted: (dialect: string, baseUrl: string) => boolean, grant: (dialect: string, baseUrl: string) => void,
 *   revoke: (dialect?: string) => void, list: () => Record<string, { origin: string, at: string }>, events: EventTarget }} Consent
 */

import english from '../texts/en/consent.js';
import { languageOf, texts, translator } from './common/texts.js';

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host { display: block; font: inherit; color: inherit; }
  :host([hidden]) { display: none; }
  ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem; }
  li { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between;
    padding: .75rem 1rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .75rem; }
  p { margin: 0; flex: 1 1 14rem; }
  small { display: block; opacity: .8; }
  button { font: inherit; font-weight: 600; padding: .5rem .9rem; border-radius: .6rem; cursor: pointer;
    border: 1px solid currentColor; background: none; color: inherit; min-height: 2.5rem; }
  button:focus-visible { outline: 3px solid var(--focus, Highlight); outline-offset: 2px; }
`);

export class RemoteConsent extends HTMLElement {
  /** @type {Consent | null} */ #consent = null;
  /** @type {Record<string, { name: string, baseUrl: string }>} */ #remotes = {};
  /** @type {AbortController | null} */ #connection = null;
  #t = translator('en', english);

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    const list = document.createElement('ul');
    list.part.add('list');
    list.setAttribute('aria-live', 'polite');
    root.append(list);
  }

  async connectedCallback() {
    this.#watch();
    this.#t = await texts(languageOf(this), 'consent', english);
    this.#show();
  }

  disconnectedCallback() {
    this.#connection?.abort();
    this.#connection = null;
  }

  set consent(/** @type {Consent | null} */ consent) {
    this.#consent = consent;
    this.#watch();
  }

  get consent() {
    return this.#consent;
  }

  /** By API: the service's name for people, and where its pictures would go. */
  set remotes(remotes) {
    this.#remotes = remotes;
    this.#show();
  }

  get remotes() {
    return this.#remotes;
  }

  #watch() {
    this.#connection?.abort();
    if (!this.isConnected || !this.#consent) return;
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    this.#consent.events.addEventListener('change', () => this.#show(), { signal });
    // another tab may give or take it
    window.addEventListener('storage', () => this.#show(), { signal });
    this.#show();
  }

  /** A row for each service; the focus stays where it was. */
  #show() {
    const consent = this.#consent;
    const list = /** @type {HTMLElement} */ (this.shadowRoot?.querySelector('ul'));
    const focused = /** @type {HTMLElement | null} */ (this.shadowRoot?.activeElement)?.dataset.dialect;
    if (!consent) return list.replaceChildren();
    list.replaceChildren(
      ...Object.entries(this.#remotes).map(([dialect, { name, baseUrl }]) => {
        const agreed = consent.granted(dialect, baseUrl);
        const { host } = new URL(baseUrl, location.href);
        const row = document.createElement('li');
        const text = document.createElement('p');
        const t = this.#t;
        const date = agreed ? new Date(consent.list()[dialect].at).toLocaleDateString(t.language) : '';
        text.textContent = t(agreed ? 'on' : 'off', { name });
        const detail = document.createElement('small');
        detail.textContent = t(agreed ? 'on.detail' : 'off.detail', { host, date });
        text.append(detail);
        const button = document.createElement('button');
        button.type = 'button';
        button.part.add(agreed ? 'revoke' : 'grant');
        button.dataset.dialect = dialect;
        button.textContent = t(agreed ? 'revoke' : 'grant');
        button.setAttribute('aria-label', t(agreed ? 'revoke.label' : 'grant.label', { name }));
        button.addEventListener('click', (event) => {
          if (!event.isTrusted) return; // a script is no user
          if (agreed) consent.revoke(dialect);
          else consent.grant(dialect, baseUrl);
        });
        row.append(text, button);
        return row;
      }),
    );
    if (focused)
      /** @type {HTMLElement | null} */ (list.querySelector(`[data-dialect="${CSS.escape(focused)}"]`))?.focus();
  }
}

customElements.define('remote-consent', RemoteConsent);
