// What was seen, from when to when. SPDX-License-Identifier: Apache-2.0

const COLUMNS = ['source', 'from', 'to', 'label', 'peak', 'clock', 'model'];

// Quoted where needed (RFC 4180); never taken for a formula by a spreadsheet.
function cell(value) {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : `${value ?? ''}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const round = (x, digits) => x === null ? null : Number(x.toFixed(digits));

export class Timeline {
  /** {source, from, to, label, peak, clock, model}, oldest first; to is null while it lasts. */
  entries = [];

  /** An event of an Announcer, with {label, source, model, clock}. */
  take({kind, from, to, peak}, {label, source, model, clock}) {
    if (kind === 'begin')
      this.entries.push({source, from, to: null, label, peak, clock, model});
    const last = this.entries.at(-1);
    if (kind === 'end' && last?.to === null)
      Object.assign(last, {to, peak});
  }

  /** What is seen now is still there. */
  update(peak) {
    const last = this.entries.at(-1);
    if (last?.to === null)
      last.peak = peak;
  }

  clear() { this.entries = this.entries.filter(({to}) => to === null); }

  #rows() {
    return this.entries.map((entry) => ({...entry, from: round(entry.from, 2), to: round(entry.to, 2),
      peak: round(entry.peak, 3)}));
  }

  csv() {
    const lines = this.#rows().map((row) => COLUMNS.map((name) => cell(row[name])).join(','));
    return [COLUMNS.join(','), ...lines, ''].join('\r\n');
  }

  json() { return JSON.stringify(this.#rows(), null, 1) + '\n'; }
}
