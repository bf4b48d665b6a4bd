// The worker as the page sees it: models in, pictures in, scores out.
// SPDX-License-Identifier: Apache-2.0

const LONGEST = 640; // pixels of a picture's longer side; networks see 112 … 320

function sizeOf(picture) {
  return [picture.videoWidth || picture.width, picture.videoHeight || picture.height];
}

// A picture that can be given to another thread, no larger than it has to be.
function copyOf(picture) {
  const [width, height] = sizeOf(picture), scale = LONGEST / Math.max(width, height);
  return scale >= 1 ? createImageBitmap(picture) : createImageBitmap(picture, {
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)), resizeQuality: 'medium',
  });
}

export class Engine {
  #worker = new Worker(new URL('worker.js', import.meta.url), {type: 'module', name: 'movinet'});
  #loads = new Map(); // id to {resolve, reject, onProgress}
  #id = 0;
  #run = 0; // scores of pictures before the last reset are old news

  /** A picture is being computed; another one would only wait. */
  busy = false;
  onscores = () => {}; // ({scores, time, ms, ready})
  onbroken = () => {}; // (message)

  constructor() {
    this.#worker.onmessage = ({data}) => this.#hear(data);
    this.#worker.onerror = (event) => this.#fail(event.message ?? 'the worker did not start');
  }

  #hear(data) {
    const load = this.#loads.get(data.id);
    if (data.type === 'progress')
      return load?.onProgress(data.received, data.total);
    if (load) {
      this.#loads.delete(data.id);
      return data.type === 'loaded' ? load.resolve(data) : load.reject(data);
    }
    this.busy = false;
    if (data.run !== this.#run)
      return;
    if (data.type === 'scores')
      this.onscores(data);
    else
      this.onbroken(data.message);
  }

  #fail(message) {
    this.busy = false;
    this.#loads.forEach(({reject}) => reject({message}));
    this.#loads.clear();
    this.onbroken(message);
  }

  /**
   * {url} or {file}; options: {seconds, preprocess}, see memory.js. Gives {info, labels, sha256};
   * fails with {message}, or {superseded: true} where another one was asked for meanwhile. Until
   * then, and if it fails, the model before stays.
   */
  load({url, file}, options, onProgress = () => {}) {
    const id = ++this.#id;
    return new Promise((resolve, reject) => {
      this.#loads.set(id, {resolve, reject, onProgress});
      this.#worker.postMessage({type: 'load', id, url, file, options});
    }).then((loaded) => {
      this.#run++;
      return loaded;
    });
  }

  /** Takes a picture of a video or canvas element as it is now; its scores come to onscores. */
  async push(picture, time) {
    const run = this.#run;
    this.busy = true;
    try {
      const copy = await copyOf(picture);
      this.#worker.postMessage({type: 'frame', picture: copy, time, run}, [copy]);
    } catch { // there was no picture: the video has just been changed for another one
      this.busy = false;
    }
  }

  /** Everything seen is forgotten. */
  reset() {
    this.#run++;
    this.#worker.postMessage({type: 'reset'});
  }

  remember(options) {
    this.#run++;
    this.#worker.postMessage({type: 'remember', options});
  }
}
