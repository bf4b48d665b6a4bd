// Which pictures are taken, by their time stamps, and how many come.
// SPDX-License-Identifier: Apache-2.0

const SLACK = 0.005; // seconds that a picture may come too early: time stamps are rounded

/** Takes `rate` pictures a second out of however many come. Times in seconds. */
export class Pace {
  #period;
  #next = -Infinity;
  #last = -Infinity;

  constructor(rate) { this.#period = 1 / rate; }

  /** Whether the picture of this time is to be taken. One that is not taken costs nothing: the
   * next one is asked for in its place. */
  due(time) {
    return time >= this.#next - SLACK || time < this.#last;
  }

  /** It was taken. The next is due one period after this one was, not after it came. */
  took(time) {
    const behind = time - this.#next;
    this.#next = behind >= 0 && behind < this.#period ? this.#next + this.#period
                                                      : time + this.#period;
    this.#last = time;
  }

  reset() { this.#next = this.#last = -Infinity; }
}

/** Things a second, over the last few of them. Times are a clock's, in seconds. */
export class Meter {
  #times = [];

  constructor(size = 11) { this.size = size; }

  add(now) {
    this.#times.push(now);
    if (this.#times.length > this.size)
      this.#times.shift();
  }

  /** null: nothing can be said yet. */
  rate(now) {
    const n = this.#times.length - 1, first = this.#times[0], last = this.#times[n];
    if (n < 4)
      return n >= 0 && now - first > 3 ? n / (now - first) : null;
    const usual = (last - first) / n, silence = now - last;
    return n / (silence > 2 * usual ? now - first : last - first);
  }

  reset() { this.#times.length = 0; }
}
