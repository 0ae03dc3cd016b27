// While photos are worked on, the screen stays on where the browser can do
// that; and nobody loses results by closing the page without being asked.
export class KeepAwake {
  /** @type {any} */ #lock;
  #busy = false;
  #unsaved = false;

  /** @param {AbortSignal} signal ends it */
  constructor(signal) {
    window.addEventListener(
      'beforeunload',
      (event) => {
        if (this.#busy || this.#unsaved) event.preventDefault();
      },
      { signal },
    );
    // the browser lets go of the lock with every change of tab
    document.addEventListener('visibilitychange', () => this.#stayAwake(), { signal });
    signal.addEventListener('abort', () => this.set(false, false));
  }

  /** @param {boolean} busy @param {boolean} unsaved */
  set(busy, unsaved) {
    this.#unsaved = unsaved;
    if (busy === this.#busy) return;
    this.#busy = busy;
    this.#stayAwake();
  }

  async #stayAwake() {
    if (!this.#busy) {
      void this.#lock?.release().catch(() => {});
      this.#lock = undefined;
    } else if (document.visibilityState === 'visible') {
      this.#lock = await /** @type {any} */ (navigator).wakeLock?.request('screen').catch(() => undefined);
    }
  }
}
