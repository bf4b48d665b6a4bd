// The most probable classes as bars that move smoothly. A row belongs to a class: when the order
// changes it goes to its new place (style.css says how). SPDX-License-Identifier: Apache-2.0
import {element} from './page.js';
import {percent} from './words.js';

export class Bars {
  #list;
  #rows = new Map(); // class to its row

  constructor(list) { this.#list = list; }

  #rowOf(index, label) {
    let row = this.#rows.get(index);
    if (!row) {
      const name = element('span', {className: 'label', textContent: label, title: label});
      const score = element('span', {className: 'score'}), bar = element('span', {className: 'bar'});
      const item = element('li', {}, name, score, element('span', {className: 'track'}, bar));
      row = {item, score, bar};
      this.#rows.set(index, row);
      this.#list.append(item);
    }
    return row;
  }

  /** answers: [{index, label, score}], best first. */
  show(answers, threshold) {
    const kept = new Set(answers.map(({index}) => index));
    for (const [index, {item}] of this.#rows)
      if (!kept.has(index)) {
        item.remove();
        this.#rows.delete(index);
      }
    answers.forEach(({index, label, score}, place) => {
      const {item, score: text, bar} = this.#rowOf(index, label);
      item.style.setProperty('--place', place);
      item.classList.toggle('faint', score < threshold);
      bar.style.transform = `scaleX(${score.toFixed(3)})`;
      text.textContent = percent(score);
      if (this.#list.children[place] !== item) // as a screen reader finds them
        this.#list.insertBefore(item, this.#list.children[place]);
    });
    this.#list.style.setProperty('--rows', answers.length);
    this.#list.style.setProperty('--threshold', threshold);
  }

  clear() { this.show([], 0); }
}
