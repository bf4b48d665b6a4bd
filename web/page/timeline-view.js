// The timeline as a strip and a list. SPDX-License-Identifier: Apache-2.0
import {byId, element, save} from './page.js';
import {clock, percent, stamp} from './words.js';

const COLOURS = 8; // style.css has as many
const SPAN = 60;   // seconds that the strip shows, where nothing has an end

export class TimelineView {
  #timeline;
  #rows = new Map();    // entry to its row
  #colours = new Map(); // label to the number of its colour: as they come

  constructor(timeline) {
    this.#timeline = timeline;
    const file = (ending) => `movinet-${stamp(new Date())}.${ending}`;
    byId('save-csv').onclick = () => save(file('csv'), new Blob([timeline.csv()], {type: 'text/csv'}));
    byId('save-json').onclick = () => save(file('json'), new Blob([timeline.json()], {type: 'application/json'}));
    byId('clear-timeline').onclick = () => {
      timeline.clear();
      this.show(0, null);
    };
    this.show(0, null);
  }

  #colourOf(label) {
    if (!this.#colours.has(label))
      this.#colours.set(label, this.#colours.size % COLOURS);
    return `colour-${this.#colours.get(label)}`;
  }

  #rowOf(entry) {
    let row = this.#rows.get(entry);
    if (!row) {
      const when = element('span', {className: 'when'}), peak = element('span', {className: 'peak'});
      const label = element('span', {className: 'label', textContent: entry.label});
      const dot = element('span', {className: `dot ${this.#colourOf(entry.label)}`});
      row = {when, peak, item: element('li', {title: entry.source}, when, dot, label, peak)};
      this.#rows.set(entry, row);
      byId('seen').prepend(row.item);
    }
    return row;
  }

  #showStrip(time, duration, source) {
    const end = duration || Math.max(time, SPAN), begin = duration ? 0 : end - SPAN;
    const pieces = this.#timeline.entries
        .filter((entry) => entry.source === source && (entry.to ?? time) > begin)
        .map((entry) => {
          const piece = element('span', {className: this.#colourOf(entry.label)});
          const from = Math.max(entry.from, begin), to = Math.min(entry.to ?? time, end);
          piece.style.left = `${100 * (from - begin) / (end - begin)}%`;
          piece.style.width = `${100 * (to - from) / (end - begin)}%`;
          return piece;
        });
    byId('strip').replaceChildren(...pieces);
  }

  /** time: of the source, now; duration: the file's, or null. */
  show(time, duration, source) {
    const {entries} = this.#timeline;
    for (const [entry, {item}] of this.#rows)
      if (!entries.includes(entry)) {
        item.remove();
        this.#rows.delete(entry);
      }
    for (const entry of entries) {
      const {when, peak} = this.#rowOf(entry);
      const text = `${clock(entry.from)} – ${entry.to === null ? 'now' : clock(entry.to)}`;
      if (when.textContent !== text)
        when.textContent = text;
      peak.textContent = percent(entry.peak);
    }
    this.#showStrip(time, duration, source);
    for (const id of ['save-csv', 'save-json', 'clear-timeline'])
      byId(id).disabled = !entries.length;
    byId('nothing-seen').hidden = entries.length > 0;
  }
}
