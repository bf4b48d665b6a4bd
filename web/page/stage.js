// What stands over the picture: the headline, the figures, messages.
// SPDX-License-Identifier: Apache-2.0
import {byId} from './page.js';
import {clock, milliseconds} from './words.js';

const ENOUGH = 0.9;   // of the pictures a second that the network wants
const QUIET = 4000;   // milliseconds between two things said aloud

/** What a person has to know now; '': nothing. */
export function tell(message) {
  byId('message-text').textContent = message;
  byId('message').hidden = !message;
}

export function mirror(yes) {
  byId('picture').classList.toggle('mirrored', yes);
  byId('mirror').checked = yes;
}

export function showPicture({picture, kind, mirrored}) {
  for (const id of ['video', 'canvas'])
    byId(id).hidden = byId(id) !== picture;
  byId('picture').dataset.kind = kind;
  mirror(mirrored);
}

export function showState(state, source) {
  document.body.dataset.state = state;
  const going = state === 'running', pause = byId('pause');
  const text = going ? 'Pause' : state === 'ended' ? 'Again' : 'Go on';
  pause.querySelector('.text').textContent = text;
  pause.title = `${text} (space)`;
  pause.querySelector('use').setAttribute('href', going ? '#i-pause' : '#i-play');
  byId('turn').hidden = source?.kind !== 'camera';
  byId('seek-row').hidden = !source?.seekable;
  byId('mirror').disabled = !source;
  if (!source)
    byId('warning').hidden = true;
}

// A screen reader hears what is new, but not all the time.
let heard = 0, waiting = 0;
function sayAloud(text) {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    heard = performance.now();
    byId('spoken').textContent = text;
  }, Math.max(0, heard + QUIET - performance.now()));
}

/** label: what is announced, or null; looked: whether any picture was seen. */
export function say(label, looked) {
  const headline = byId('headline'), text = label ?? (looked ? 'Not sure' : 'Looking …');
  headline.classList.toggle('none', !label);
  if (headline.textContent === text)
    return;
  headline.textContent = text;
  if (label)
    sayAloud(label);
}

/** The figures at the top, and where a file is. */
export class Status {
  #ms = 0;
  #slow = 0; // times in a row that too few pictures came

  took(ms) { this.#ms = this.#ms ? this.#ms + 0.2 * (ms - this.#ms) : ms; }

  show({rate, wanted, source}) {
    byId('fps').textContent = rate === null ? '' : `${rate.toFixed(1)} of ${wanted} fps`;
    byId('ms').textContent = this.#ms ? milliseconds(this.#ms) : '';
    this.#slow = rate !== null && rate < ENOUGH * wanted ? this.#slow + 1 : 0;
    const warning = byId('warning'), busy = this.#ms > 800 / wanted;
    warning.hidden = this.#slow < 3;
    if (this.#slow === 3)
      warning.textContent = busy ? 'This device is too slow for this model: expect worse answers.'
          : source.kind === 'camera' ? `The camera gives too few pictures, ${wanted} a second are needed. More light may help.`
          : `Too few pictures come: ${wanted} a second are needed. Expect worse answers.`;
    byId('status').classList.toggle('slow', this.#slow >= 3);
  }

  showPlace(source) {
    if (!source?.seekable)
      return;
    const {currentTime, duration} = source.picture, seek = byId('seek');
    seek.max = duration || 0;
    if (!seek.matches(':active'))
      seek.value = currentTime;
    seek.setAttribute('aria-valuetext', `${clock(currentTime)} of ${clock(duration)}`);
    byId('seek-time').textContent = `${clock(currentTime)} / ${clock(duration)}`;
  }
}
