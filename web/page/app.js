// The page: a source's pictures go to the engine, its scores to what is shown.
// SPDX-License-Identifier: Apache-2.0
import {Announcer, best, Smoother} from './answers.js';
import {stayAwake} from './awake.js';
import {Bars} from './bars.js';
import {listen} from './controls.js';
import {Engine} from './engine.js';
import {describe, Models, progress} from './models.js';
import {Only} from './only.js';
import {keepOffline} from './offline.js';
import {Meter, Pace} from './pace.js';
import {byId} from './page.js';
import {Settings} from './settings.js';
import {snapshot} from './snapshot.js';
import {SourceError} from './sources.js';
import {say, showPicture, showState, Status, tell} from './stage.js';
import {Timeline} from './timeline.js';
import {TimelineView} from './timeline-view.js';

class App {
  state = 'idle';  // 'running', 'paused', 'ended'; 'away': stopped until the page is seen again
  source = null;
  model = null;    // {entry, info, labels, sha256}
  #opening = 0;    // the newest wish for a source
  #scores = null;  // smoothed, of the newest picture
  #answers = [];   // {index, label, score}: as they are shown
  #ready = false;  // enough was seen to say something
  #time = 0;       // of that picture
  #said = null;    // label in the headline
  #engine = new Engine();
  #pace = new Pace(5);
  #meter = new Meter();
  #smoother = new Smoother(0);
  #announcer = new Announcer();
  #bars = new Bars(byId('bars'));
  #status = new Status();
  #timeline = new Timeline();
  #view = new TimelineView(this.#timeline);

  constructor() {
    this.settings = new Settings((name) => this.#changed(name));
    this.#announcer.threshold = this.settings.get('threshold');
    this.#smoother.seconds = this.settings.get('smooth');
    this.only = new Only((labels) => this.#allowOnly(labels));
    this.models = new Models((entry) => this.useModel(entry));
    this.#engine.onscores = (result) => this.#answer(result);
    this.#engine.onbroken = (message) => tell(message);
    setInterval(() => this.#showPace(), 500);
  }

  // ---- models -------------------------------------------------------------------------

  async begin() {
    try {
      await this.models.read();
    } catch (error) {
      return tell(`There is no list of models (${error.message}). Open a .tflite file, or drop one here.`);
    }
    const entry = this.models.find(this.settings.get('model')) ?? this.models.entries[0];
    return entry ? this.useModel(entry) : tell('This server offers no models. Open a .tflite file, or drop one here.');
  }

  #memory(entry = this.model?.entry) {
    const wanted = this.settings.get('memory');
    return {preprocess: this.settings.get('preprocess'),
      seconds: Number(wanted === 'model' ? entry?.memory ?? 0 : wanted) || 0};
  }

  /** A model that cannot be used says why, and the one before stays. */
  async useModel(entry) {
    const about = byId('model-about');
    this.models.select(entry.id);
    byId('model-title').textContent = entry.title;
    about.textContent = byId('model-knows').textContent = progress(0, entry.bytes ?? 1);
    try {
      const loaded = await this.#engine.load(entry, this.#memory(entry), (received, total) => {
        about.textContent = byId('model-knows').textContent = progress(received, total);
      });
      this.model = {entry, ...loaded};
      this.#pace = new Pace(loaded.info.frameRate || 5);
      if (!entry.file)
        this.settings.set('model', entry.id);
      this.only.set(loaded.labels, this.settings.get('only')[loaded.sha256]);
      this.#forget();
    } catch (error) {
      if (error.superseded)
        return;
      this.models.select(this.model?.entry.id, entry);
      tell(`${entry.title}: ${error.message}`);
    }
    this.#showModel();
  }

  #showModel() {
    document.body.dataset.model = this.model ? 'ready' : 'none';
    byId('model-about').textContent = this.model ? describe(this.model) : 'none yet';
    byId('model-title').textContent = this.model?.entry.title ?? 'none yet';
    byId('version').textContent = this.model?.info.version ?? '';
    const labels = this.model?.labels ?? [], some = labels.slice(0, 4).join(', ');
    byId('model-knows').textContent = !labels.length ? ''
        : `Knows ${labels.length} classes: ${some}${labels.length > 4 ? ' …' : ''}`;
  }

  // ---- sources ------------------------------------------------------------------------

  /** open(): a promise of a source. meanwhile: the state until it is there. */
  async use(open, meanwhile = 'idle') {
    const wish = ++this.#opening;
    this.#leave(meanwhile);
    try {
      const source = await open();
      if (wish !== this.#opening)
        return source.stop();
      tell('');
      this.source = source;
      showPicture(source);
      this.#forget();
      this.#meter.reset();
      source.start((time, about) => this.#picture(time, about), (why) => this.#ended(why));
      this.#become('running');
      if (byId('welcome').contains(document.activeElement) || document.activeElement === document.body)
        byId('pause').focus(); // what had it is not there any more
      if (document.hidden)
        this.seen(false);
    } catch (error) {
      if (wish !== this.#opening)
        return;
      this.#become('idle');
      tell(error instanceof SourceError ? error.message : `${error.name}: ${error.message}`);
    }
  }

  #leave(state) {
    this.#forget();
    this.source?.stop();
    this.source = null;
    this.#become(state);
  }

  /** Back to the choice of sources. */
  choose() {
    this.#opening++;
    this.#leave('idle');
  }

  #become(state) {
    this.state = state;
    showState(state, this.source);
    stayAwake(state === 'running');
  }

  // The last answer of a file stays to be read.
  #ended(why) {
    this.#become('ended');
    this.#closeTimeline();
    this.#show();
    if (this.source.live)
      this.choose();
    if (why)
      tell(`${why}.`);
  }

  async pause() {
    if (this.state === 'running') {
      this.source.pause();
      this.#become('paused');
    } else if (this.state === 'paused' || this.state === 'ended') {
      if (this.state === 'ended')
        this.reset();
      this.#meter.reset();
      this.#become('running');
      await this.source.resume();
    }
  }

  /** A page that nobody sees does nothing: the camera is given back until then. */
  seen(yes) {
    if (!yes && this.state === 'running') {
      this.source.pause();
      if (this.source.reopen)
        this.source.stop();
      this.#become('away');
    } else if (yes && this.state === 'away' && this.source) {
      if (this.source.reopen)
        return this.use(this.source.reopen, 'away');
      this.state = 'paused';
      return this.pause();
    }
  }

  // ---- pictures and answers -----------------------------------------------------------

  #picture(time, {cut = false} = {}) {
    if (cut || time < this.#time)
      this.#forget();
    if (this.state !== 'running' || !this.model || this.#engine.busy || !this.#pace.due(time))
      return;
    this.#pace.took(time);
    this.#meter.add(performance.now() / 1000);
    this.#engine.push(this.source.picture, time);
  }

  #answer({scores, time, ms, ready}) {
    if (!this.source)
      return;
    this.#time = time;
    this.#status.took(ms);
    if (ready && !this.#ready)
      this.#smoother.reset();
    this.#ready = ready;
    this.#scores = this.#smoother.push(time, scores);
    if (ready)
      this.#announce(time);
    this.#show();
  }

  #announce(time) {
    this.#note(this.#announcer.push(time, this.#scores, this.only.allows));
    this.#timeline.update(this.#announcer.current?.peak);
    this.#said = this.model.labels[this.#announcer.current?.index] ?? null;
    if (this.state === 'ended')
      this.#closeTimeline();
  }

  #note(events) {
    for (const event of events)
      this.#timeline.take(event, {label: this.model.labels[event.index], source: this.source?.name,
        model: this.model.entry.title, clock: new Date().toISOString()});
  }

  #closeTimeline() { this.#note(this.#announcer.finish()); }

  #rank() {
    this.#answers = !this.#scores ? []
        : best(this.#scores, this.settings.get('top'), this.only.allows, this.#answers)
            .map(({index, score}) => ({index, score, label: this.model.labels[index]}));
    return this.#answers;
  }

  #show() {
    const {source} = this;
    this.#bars.show(this.#rank(), this.#ready ? this.settings.get('threshold') : 1);
    say(this.#said, this.#ready);
    this.#view.show(this.#time, source?.seekable ? source.picture.duration : null, source?.name);
    this.#status.showPlace(source);
  }

  #showPace() {
    if (this.state === 'running')
      this.#status.show({rate: this.#meter.rate(performance.now() / 1000),
        wanted: this.model?.info.frameRate ?? 5, source: this.source});
  }

  // Nothing was seen yet. What was announced ends here.
  #forget() {
    this.#closeTimeline();
    this.#smoother.reset();
    this.#pace.reset();
    this.#engine.reset();
    this.#scores = this.#said = null;
    this.#ready = false;
    this.#time = 0;
    this.#show();
  }

  reset() { this.#forget(); }

  async snapshot() {
    if (this.source)
      await snapshot(this.source.picture, this.#answers);
  }

  // ---- settings -----------------------------------------------------------------------

  #changed(name) {
    this.#announcer.threshold = this.settings.get('threshold');
    this.#smoother.seconds = this.settings.get('smooth');
    if (name === 'memory' || name === 'preprocess') {
      this.#engine.remember(this.#memory());
      this.#forget();
    }
    this.#show();
  }

  #allowOnly(labels) {
    this.settings.set('only', {...this.settings.get('only'), [this.model.sha256]: labels});
    this.#show();
  }
}

const app = new App();
listen(app);
app.begin();
keepOffline();
