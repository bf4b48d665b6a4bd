// Which models there are: what the server offers, and files that a person opens.
// SPDX-License-Identifier: Apache-2.0
import {fetchKept} from './kept.js';
import {byId, element} from './page.js';
import {megabytes} from './words.js';

// Where the list is stands in index.html: {"models": [{"id", "title", "url", …}]}, addresses seen
// from the list's. docs/browser.md says what else may stand in it.
async function readList() {
  const address = new URL(document.querySelector('link[rel=movinet-models]').getAttribute('href'), document.baseURI);
  const response = await fetchKept(address.href);
  if (!response.ok)
    throw new Error(`${address.pathname}: ${response.status} ${response.statusText}`);
  const {models} = await response.json();
  return models.filter(({id, url}) => id && url)
      .map((model) => ({title: model.id, ...model, url: new URL(model.url, address).href}))
      .filter(({url}) => new URL(url).origin === location.origin);
}

/** How far a file has come, in words. */
export function progress(received, total) {
  return 'Loading: ' + (total ? `${Math.floor(100 * received / total)} %` : megabytes(received));
}

/** What a model is, in a line. */
export function describe({info}) {
  const {variant, precision, classes, width, height, fileBytes} = info;
  return [variant === 'unknown' ? null : `MoViNet-${variant}`, precision, `${classes} classes`,
    `${width} × ${height}`, megabytes(fileBytes)].filter(Boolean).join(' · ');
}

/** The choice in the settings: entries of the list, and files opened here. */
export class Models {
  entries = [];
  #select = byId('model');

  /** onchoose(entry): {id, title, and url or file}. */
  constructor(onchoose) {
    const input = byId('model-file');
    this.#select.onchange = () => onchoose(this.find(this.#select.value));
    byId('open-model').onclick = () => input.click();
    input.onchange = () => {
      const [file] = input.files;
      input.value = '';
      if (file)
        onchoose(this.addFile(file));
    };
  }

  async read() {
    this.entries = await readList();
    this.#show();
  }

  find(id) { return this.entries.find((entry) => entry.id === id); }

  addFile(file) {
    const id = `file:${file.name}`;
    this.entries = this.entries.filter((entry) => entry.id !== id);
    this.entries.push({id, title: file.name.replace(/\.tflite$/i, ''), file});
    this.#show();
    return this.find(id);
  }

  #show() {
    const now = this.#select.value;
    this.#select.replaceChildren(...this.entries.map(({id, title}) =>
      element('option', {value: id, textContent: title})));
    this.select(now);
  }

  /** Shows which one is in use; a file that was refused is no choice any more. */
  select(id, refused) {
    if (refused?.file) {
      this.entries = this.entries.filter((entry) => entry !== refused);
      this.#show();
    }
    this.#select.value = id ?? '';
  }
}
