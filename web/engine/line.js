/** Tasks one after another, so many at once. What comes next is asked for when there is room, so its order may change until then. */
export class Line {
  #running = 0;

  /**
   * @param {() => number} size how many at once
   * @param {() => (() => Promise<unknown>) | undefined} next the task to begin; one that fails does not stop those after it
   */
  constructor(size, next) {
    this.size = size;
    this.next = next;
  }

  get busy() {
    return this.#running > 0;
  }

  /** Begins what there is room for: to be called when something came. */
  fill() {
    while (this.#running < this.size()) {
      const task = this.next();
      if (!task) return;
      this.#running++;
      const over = () => {
        this.#running--;
        this.fill();
      };
      void task().then(over, over);
    }
  }
}
