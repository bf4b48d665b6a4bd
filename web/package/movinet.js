// movinet: streaming video action recognition. See README.md and movinet.d.ts.
// SPDX-License-Identifier: Apache-2.0
import {compile, instantiate} from './module.js';
import {Painter} from './pixels.js';
import {textFiles} from './zip.js';

const STATUS = {
  [-1]: 'argument', [-2]: 'memory', [-3]: 'io', [-4]: 'format', [-5]: 'unsupported',
  [-6]: 'network', [-7]: 'cancelled',
};
const PREPROCESS = {squash: 1, crop: 2, train: 3};
const LABEL_SOURCES = ['none', 'metadata', 'given', 'kinetics'];
const ERROR_BYTES = 504; // struct movinet_error: a status, then 500 bytes of text

export class MovinetError extends Error {
  constructor(status, message) {
    super(message);
    this.name = 'MovinetError';
    this.status = status;
  }
}

// One instance of the module: its memory as JavaScript sees it. Views are made anew for each
// use, for they end when the memory grows.
class Heap {
  constructor(exports) {
    this.c = exports;
    this.err = exports.allocate(ERROR_BYTES);
  }

  bytes(at, n) { return new Uint8Array(this.c.memory.buffer, at, n); }

  floats(at, n) { return new Float32Array(this.c.memory.buffer, at, n).slice(); }

  text(at) {
    const all = new Uint8Array(this.c.memory.buffer);
    return new TextDecoder().decode(all.subarray(at, all.indexOf(0, at)));
  }

  put(bytes) {
    const at = this.c.allocate(bytes.length);
    if (!at)
      throw new MovinetError('memory', 'out of memory');
    this.bytes(at, bytes.length).set(bytes);
    return at;
  }

  // What the last failing call has said.
  error() {
    const status = new DataView(this.c.memory.buffer).getInt32(this.err, true);
    return new MovinetError(STATUS[status] ?? 'unknown', this.text(this.err + 4));
  }
}

// ---- models ---------------------------------------------------------------------------

async function readAll(response, onProgress) {
  if (!response.ok)
    throw new MovinetError('network',
        `${response.url}: ${response.status} ${response.statusText}`);
  if (!onProgress || !response.body)
    return new Uint8Array(await response.arrayBuffer());
  const total = Number(response.headers.get('content-length')) || 0;
  const parts = [], reader = response.body.getReader();
  let n = 0;
  for (;;) {
    const {done, value} = await reader.read();
    if (done)
      break;
    parts.push(value);
    n += value.length;
    onProgress(n, total);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function bytesOf(source, {onProgress, signal}) {
  if (source instanceof ArrayBuffer)
    return new Uint8Array(source);
  if (ArrayBuffer.isView(source))
    return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (typeof Blob !== 'undefined' && source instanceof Blob)
    return new Uint8Array(await source.arrayBuffer());
  if (typeof Response !== 'undefined' && source instanceof Response)
    return readAll(source, onProgress);
  if (typeof source !== 'string' && !(source instanceof URL))
    throw new TypeError('a model is bytes, a Blob, a Response or a URL');
  if (source instanceof URL && source.protocol === 'file:') {
    const {readFile} = await import('node:fs/promises');
    return readFile(source, {signal});
  }
  return readAll(await fetch(source, {signal}), onProgress);
}

function labelText(labels) {
  if (labels === undefined || labels === null)
    return null;
  const text = Array.isArray(labels) ? labels.join('\n') : String(labels);
  return new TextEncoder().encode(text + '\0');
}

/** Loads a .tflite file. */
export async function loadModel(source, options = {}) {
  const [bytes, module] = await Promise.all([bytesOf(source, options), compile(options.wasm)]);
  const labels = labelText(options.labels);
  const files = labels ? null : await textFiles(bytes);
  // Given labels make those of the file as good as none.
  const heap = new Heap(await instantiate(module,
      (name) => labels ? new Uint8Array(0) : files.get(name) ?? null));
  const text = labels ? heap.put(labels) : 0, at = heap.put(bytes);
  const handle = heap.c.model_open(at, bytes.length, text, options.portable === true, heap.err);
  heap.c.release(at);
  heap.c.release(text);
  if (!handle)
    throw heap.error();
  return new Model(heap, handle);
}

export class Model {
  #heap;
  #handle;

  constructor(heap, handle) {
    const text = (i) => heap.text(heap.c.model_text(handle, i));
    const number = (i) => heap.c.model_number(handle, i);
    this.#heap = heap;
    this.#handle = handle;
    this.labels = Object.freeze(Array.from({length: number(0)},
        (_, i) => heap.text(heap.c.model_label(handle, i))));
    this.info = Object.freeze({
      variant: text(0), precision: text(1), description: text(2), signature: text(3), cpu: text(4),
      classes: number(0), width: number(1), height: number(2), frameRate: number(3),
      streaming: number(4) !== 0, labelSource: LABEL_SOURCES[number(5)],
      multiplyAdds: number(6), parameters: number(7), fileBytes: number(8), streamBytes: number(9),
      version: heap.text(heap.c.version()),
    });
  }

  #open() {
    if (!this.#handle)
      throw new MovinetError('argument', 'the model is closed');
    return this.#handle;
  }

  /** SHA-256 of the file, in hexadecimal. */
  get sha256() {
    const handle = this.#open(), at = this.#heap.put(new Uint8Array(32));
    this.#heap.c.model_sha256(handle, at);
    const digest = Array.from(this.#heap.bytes(at, 32), (x) => x.toString(16).padStart(2, '0'));
    this.#heap.c.release(at);
    return digest.join('');
  }

  openStream(options = {}) {
    const handle = this.#open(), {preprocess = 'squash', sampleRate = 0, maxSide = 0} = options;
    if (!Object.hasOwn(PREPROCESS, preprocess))
      throw new MovinetError('argument', `preprocess '${preprocess}': there are squash, crop, train`);
    const stream = this.#heap.c.stream_open(handle, PREPROCESS[preprocess], sampleRate,
        this.#heap.err);
    if (!stream)
      throw this.#heap.error();
    return new Stream(this, this.#heap, stream, maxSide);
  }

  /** The memory goes when streams and model are no longer held. */
  close() {
    this.#handle = 0;
  }
}

// ---- streams --------------------------------------------------------------------------

export class Stream {
  #heap;
  #handle;
  #maxSide;
  #painter = new Painter();

  constructor(model, heap, handle, maxSide) {
    this.model = model;
    this.#heap = heap;
    this.#handle = handle;
    this.#maxSide = maxSide;
  }

  #open() {
    if (!this.#handle)
      throw new MovinetError('argument', 'the stream is closed');
    return this.#handle;
  }

  /** Classifies a picture; false where sampleRate passed over it. */
  push(source, {time = 0, rotation = 0, mirrored = false} = {}) {
    const handle = this.#open(), {data, width, height} = this.#painter.read(source, this.#maxSide);
    const channels = data.length / (width * height);
    if (channels !== 3 && channels !== 4)
      throw new MovinetError('argument', `${data.length} bytes are no ${width}x${height} picture ` +
          'of R, G, B or R, G, B, A');
    const at = this.#heap.c.stream_pixels(handle, width, height);
    if (!at)
      throw new MovinetError('memory', `a picture of ${width}x${height}: out of memory`);
    this.#heap.bytes(at, data.length).set(data);
    const result = this.#heap.c.stream_push(handle, width, height, channels, time, rotation,
        mirrored, this.#heap.err);
    if (result < 0)
      throw this.#heap.error();
    return result === 1;
  }

  /** Probabilities of all classes. */
  get scores() {
    return this.#heap.floats(this.#heap.c.stream_scores(this.#open()), this.model.info.classes);
  }

  get logits() {
    return this.#heap.floats(this.#heap.c.stream_logits(this.#open()), this.model.info.classes);
  }

  /** The n most probable classes, best first; equal ones in the order of their numbers. */
  top(n = 5) {
    const labels = this.model.labels;
    return Array.from(this.scores, (score, index) => ({index, label: labels[index], score}))
        .sort((a, b) => b.score - a.score || a.index - b.index).slice(0, n);
  }

  /** Pictures classified since opening or reset. */
  get frames() { return this.#heap.c.stream_frames(this.#open()); }

  /** Time of the last one, seconds. */
  get time() { return this.#heap.c.stream_time(this.#open()); }

  reset() { this.#heap.c.stream_reset(this.#open()); }

  /** All that the stream remembers, the same bytes as movinet_stream_save gives. */
  save() {
    const handle = this.#open(), size = this.#heap.c.stream_save_size(handle);
    const at = this.#heap.put(new Uint8Array(size));
    const status = this.#heap.c.stream_save(handle, at, size, this.#heap.err);
    const saved = this.#heap.bytes(at, size).slice();
    this.#heap.c.release(at);
    if (status)
      throw this.#heap.error();
    return saved;
  }

  restore(saved) {
    const handle = this.#open(), at = this.#heap.put(saved);
    const status = this.#heap.c.stream_restore(handle, at, saved.length, this.#heap.err);
    this.#heap.c.release(at);
    if (status)
      throw this.#heap.error();
  }

  close() {
    if (this.#handle)
      this.#heap.c.stream_close(this.#handle);
    this.#handle = 0;
  }
}
