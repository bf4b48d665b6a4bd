// The allow list: a model's classes with a box each, and a search among them.
// SPDX-License-Identifier: Apache-2.0
import {byId, element} from './page.js';

export class Only {
  #labels = [];
  #chosen = new Set(); // classes; none: all are allowed
  #rows = [];

  /** onchange(labels): those that are allowed now. */
  constructor(onchange) {
    const list = byId('only-list');
    list.onchange = ({target}) => {
      if (target.checked)
        this.#chosen.add(Number(target.value));
      else
        this.#chosen.delete(Number(target.value));
      this.#say();
      onchange(this.labels);
    };
    byId('only-search').oninput = () => this.#search();
    byId('only-clear').onclick = () => {
      this.#chosen.clear();
      list.querySelectorAll(':checked').forEach((box) => { box.checked = false; });
      this.#say();
      onchange(this.labels);
    };
  }

  get labels() { return [...this.#chosen].sort((a, b) => a - b).map((i) => this.#labels[i]); }

  allows = (index) => !this.#chosen.size || this.#chosen.has(index);

  /** The classes of a model, and which of them are allowed. */
  set(labels, allowed = []) {
    this.#labels = labels;
    this.#chosen = new Set(allowed.map((label) => labels.indexOf(label)).filter((i) => i >= 0));
    const order = labels.map((_, i) => i).sort((a, b) => labels[a].localeCompare(labels[b]));
    this.#rows = order.map((i) => {
      const box = element('input', {type: 'checkbox', value: i, checked: this.#chosen.has(i)});
      return {text: labels[i].toLowerCase(), item: element('li', {}, element('label', {}, box, labels[i]))};
    });
    byId('only-list').replaceChildren(...this.#rows.map(({item}) => item));
    byId('only-search').value = '';
    this.#search();
  }

  #search() {
    const words = byId('only-search').value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const {text, item} of this.#rows) {
      item.hidden = !words.every((word) => text.includes(word));
      found += !item.hidden;
    }
    byId('only-found').textContent = words.length ? `${found} found` : '';
    this.#say();
  }

  #say() {
    const n = this.#chosen.size, all = this.#labels.length;
    byId('only-clear').disabled = !n;
    byId('only-count').textContent = n ? `${n} of ${all}` : `all ${all}`;
  }
}
