// How far back a network remembers. SPDX-License-Identifier: Apache-2.0

/**
 * A MoViNet sums up everything since its stream began. Where a few seconds are to count, two
 * streams see the same pictures and take turns: each time half of those seconds have passed, the
 * younger one begins to speak and the older one begins anew. So the one that speaks always
 * remembers between half and all of them. 0 seconds: everything, and one stream.
 */
export class Memory {
  #streams;
  #half;
  #turn = 0; // when the younger one began
  #began = 0;
  #last = Infinity; // no picture yet

  constructor(model, {seconds = 0, preprocess = 'squash'} = {}) {
    this.#half = seconds / 2;
    this.#streams = Array.from({length: seconds ? 2 : 1}, () => model.openStream({preprocess}));
  }

  /** Gives the probabilities of all classes. Times in seconds; one that runs back begins anew. */
  push(picture, time) {
    if (time < this.#last && this.#last !== Infinity)
      this.reset();
    if (this.#last === Infinity)
      this.#turn = this.#began = time;
    else if (this.#half && time - this.#turn >= this.#half)
      this.#change(time);
    this.#last = time;
    for (const stream of this.#streams)
      stream.push(picture, {time});
    return this.#streams[0].scores;
  }

  /** Whether enough was seen: half of the seconds, where they are given. */
  get ready() { return this.#last - this.#began >= this.#half; }

  #change(time) {
    this.#streams.reverse();
    this.#streams[1].reset();
    this.#turn = time;
  }

  reset() {
    this.#streams.forEach((stream) => stream.reset());
    this.#last = Infinity;
  }

  close() { this.#streams.forEach((stream) => stream.close()); }
}
