// What a person has set, kept from visit to visit in this browser.
// SPDX-License-Identifier: Apache-2.0
import {byId} from './page.js';
import {percent} from './words.js';

const KEPT = 'movinet';
const DEFAULTS = {
  top: 5, threshold: 0.3, smooth: 0.5,
  memory: 'model', // seconds, or what the model's list says
  preprocess: 'squash', keys: true,
  model: null,     // id in the server's list
  only: {},        // a model's labels to those that are allowed; none: all
};

// How each is shown beside its control.
const WORDS = {
  top: (n) => `${n}`,
  threshold: percent,
  smooth: (seconds) => seconds ? `${seconds} s` : 'off',
};

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT)) ?? {};
    return Object.fromEntries(Object.entries(DEFAULTS).map(([name, value]) =>
      [name, typeof kept[name] === typeof value || value === null ? kept[name] ?? value : value]));
  } catch { // damaged, or not allowed
    return {...DEFAULTS};
  }
}

const valueOf = (control) => control.type === 'checkbox' ? control.checked
    : control.type === 'range' ? Number(control.value) : control.value;

export class Settings {
  #values = read();

  /** onchange(name): a person has changed it. The controls are those of index.html named so. */
  constructor(onchange) {
    for (const name of ['top', 'threshold', 'smooth', 'memory', 'preprocess', 'keys']) {
      const control = byId(name), value = this.#values[name];
      if (control.type === 'checkbox')
        control.checked = value;
      else
        control.value = value;
      if (valueOf(control) === '') // no such choice any more
        control.value = DEFAULTS[name];
      this.#values[name] = valueOf(control);
      this.#say(name);
      control.oninput = () => {
        this.set(name, valueOf(control));
        this.#say(name);
        onchange(name);
      };
    }
  }

  #say(name) {
    const output = byId(`${name}-value`);
    if (output)
      output.textContent = WORDS[name](this.#values[name]);
  }

  get(name) { return this.#values[name]; }

  set(name, value) {
    this.#values[name] = value;
    try {
      localStorage.setItem(KEPT, JSON.stringify(this.#values));
    } catch { /* not allowed: they last until the page is closed */ }
  }
}
