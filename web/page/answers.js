// From the scores of single pictures to what a person is told. What `movinet live` does as well;
// include/movinet/movinet.h says it in full. Times in seconds, scores 0 … 1.
// SPDX-License-Identifier: Apache-2.0

/** An exponential mean: after `seconds` a lasting change has come through to 63 %. */
export class Smoother {
  #values = null;
  #last = 0;

  constructor(seconds) { this.seconds = seconds; }

  push(time, scores) {
    const first = !this.#values || time < this.#last || !this.seconds;
    if (first)
      this.#values = Float64Array.from(scores);
    const weight = -Math.expm1(-(time - this.#last) / this.seconds);
    if (!first)
      scores.forEach((score, i) => { this.#values[i] += weight * (score - this.#values[i]); });
    this.#last = time;
    return this.#values;
  }

  reset() { this.#values = null; }
}

/**
 * The n highest scores among the allowed classes, best first: [{index, score}]. Where two are
 * shown as the same per cent, the one that was higher `before` stays so: nothing trembles.
 */
export function best(scores, n, allowed = () => true, before = []) {
  const place = new Map(before.map(({index}, i) => [index, i]));
  const placeOf = (index) => place.get(index) ?? before.length;
  return Array.from(scores, (score, index) => ({index, score, shown: Math.round(score * 100)}))
      .filter(({index}) => allowed(index))
      .sort((a, b) => b.shown - a.shown || placeOf(a.index) - placeOf(b.index) || b.score - a.score ||
          a.index - b.index)
      .slice(0, n).map(({index, score}) => ({index, score}));
}

/**
 * Says which class is there, without flicker: one that has been at or above the threshold for
 * `hold` seconds, until it has been below two thirds of it for as long, or another has been
 * above it for as long.
 */
export class Announcer {
  #held = [];  // class to {since, seconds, peak, ahead}: at or above the threshold
  #last = null;
  #below = null;

  /** {index, from, peak, score}, or null */
  current = null;

  constructor({threshold = 0.3, hold = 0.5, gap = 1} = {}) {
    Object.assign(this, {threshold, hold, gap});
  }

  /** Gives what has changed: [{kind: 'begin' | 'end', index, from, to, peak}]. */
  push(time, scores, allowed = () => true) {
    const events = this.#last !== null && time < this.#last ? this.finish() : [];
    const passed = this.#last === null ? 0 : Math.min(time - this.#last, this.gap);
    this.#last = time;
    scores.forEach((score, index) => this.#count(index, allowed(index) ? score : 0, time, passed,
        this.current ? scores[this.current.index] : 0));
    if (this.current)
      this.#watch(allowed(this.current.index) ? scores[this.current.index] : 0, time, passed, events);
    const next = this.#challenger(scores);
    if (next !== null) {
      this.#end(time, events);
      const {since, peak} = this.#held[next];
      this.current = {index: next, from: since, peak, score: scores[next]};
      events.push({kind: 'begin', ...this.current});
    }
    return events;
  }

  #count(index, score, time, passed, leader) {
    const held = this.#held[index];
    if (score < this.threshold || !score) {
      delete this.#held[index];
      return;
    }
    if (!held) {
      this.#held[index] = {since: time, seconds: 0, peak: score, ahead: 0};
      return;
    }
    held.seconds += passed;
    held.peak = Math.max(held.peak, score);
    held.ahead = score > leader ? held.ahead + passed : 0;
  }

  #watch(score, time, passed, events) {
    this.current.score = score;
    this.current.peak = Math.max(this.current.peak, score);
    if (score >= this.threshold * 2 / 3)
      this.#below = null;
    else if (!this.#below)
      this.#below = {since: time, seconds: 0};
    else if ((this.#below.seconds += passed) >= this.hold - 0.0005)
      this.#end(this.#below.since, events);
  }

  #challenger(scores) {
    let found = null;
    this.#held.forEach((held, index) => {
      const enough = (this.current ? held.ahead : held.seconds) >= this.hold - 0.0005;
      if (enough && index !== this.current?.index && (found === null || scores[index] > scores[found]))
        found = index;
    });
    return found;
  }

  #end(to, events) {
    if (this.current)
      events.push({kind: 'end', ...this.current, to});
    this.current = this.#below = null;
  }

  /** Ends what is announced and forgets the rest. */
  finish() {
    const events = [];
    this.#end(this.#last, events);
    this.#held = [];
    this.#last = null;
    return events;
  }
}
