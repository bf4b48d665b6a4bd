/** movinet: streaming video action recognition. SPDX-License-Identifier: Apache-2.0 */

export type ErrorStatus =
  'argument' | 'memory' | 'io' | 'format' | 'unsupported' | 'network' | 'cancelled' | 'unknown';

/** What the library refuses, in one line. */
export class MovinetError extends Error {
  constructor(status: ErrorStatus, message: string);
  readonly status: ErrorStatus;
}

/** Bytes of a .tflite file, or where they are. `file:` addresses work in Node. */
export type ModelSource = string | URL | ArrayBuffer | ArrayBufferView | Blob | Response;

export interface LoadOptions {
  /** One label a class, instead of the file's: a list, or text of one label a line. */
  labels?: string | readonly string[];
  /** movinet.wasm: where it is, its bytes, or the compiled module; default: beside movinet.js. */
  wasm?: string | URL | ArrayBuffer | ArrayBufferView | WebAssembly.Module;
  /** Called while a model is fetched; `total` is 0 where the server does not tell. */
  onProgress?: (received: number, total: number) => void;
  signal?: AbortSignal;
  /** Without SIMD kernels: slower, the same results; for tests. */
  portable?: boolean;
}

/** Errors: MovinetError (format, unsupported, memory, network), and those of fetch. */
export function loadModel(source: ModelSource, options?: LoadOptions): Promise<Model>;

export interface ModelInfo {
  /** "A0" … "A5", "T0", or "unknown" */
  readonly variant: string;
  /** "int8", "float32", "float16", "dynamic range" */
  readonly precision: string;
  readonly description: string;
  readonly signature: string;
  /** Instructions in use: "simd128", or "c" */
  readonly cpu: string;
  readonly classes: number;
  /** Of the network's input, pixels. Pictures of any size may be pushed. */
  readonly width: number;
  readonly height: number;
  /** Pictures a second that the network was trained at: 5 */
  readonly frameRate: number;
  /** false: each picture stands alone */
  readonly streaming: boolean;
  readonly labelSource: 'none' | 'metadata' | 'given' | 'kinetics';
  /** A frame. */
  readonly multiplyAdds: number;
  readonly parameters: number;
  readonly fileBytes: number;
  readonly streamBytes: number;
  /** Of the library. */
  readonly version: string;
}

export type Preprocess =
  /** The whole picture, its aspect ratio given up: the default. */
  'squash' |
  /** The largest square in the middle. */
  'crop' |
  /** The square that the network was evaluated on. */
  'train';

export interface StreamOptions {
  preprocess?: Preprocess;
  /** Pictures a second to classify; those that come sooner are passed over. 0: all are. */
  sampleRate?: number;
  /** Pictures that have to be drawn first (video, canvas, …) are drawn no larger. 0: as they are. */
  maxSide?: number;
}

/** Never changes once it is loaded. All its streams live in one memory. */
export class Model {
  private constructor();
  readonly info: ModelInfo;
  readonly labels: readonly string[];
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
  openStream(options?: StreamOptions): Stream;
  /** No more streams can be opened. Memory goes when streams are closed and nothing holds it. */
  close(): void;
}

/** Bytes R, G, B, A (as ImageData has them) or R, G, B; rows from the top, without gaps. */
export interface Pixels {
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
}

export type Picture = Pixels | ImageData | VideoFrame | ImageBitmap | HTMLVideoElement |
  HTMLCanvasElement | OffscreenCanvas | HTMLImageElement;

export interface PushOptions {
  /** Time stamp, seconds; must not run backwards where sampleRate is set. */
  time?: number;
  /** Clockwise, to see it upright. */
  rotation?: 0 | 90 | 180 | 270;
  mirrored?: boolean;
}

export interface Result {
  readonly index: number;
  readonly label: string;
  readonly score: number;
}

export class Stream {
  private constructor();
  readonly model: Model;
  /** Classifies a picture; false where sampleRate passed over it. */
  push(picture: Picture, options?: PushOptions): boolean;
  /** Probabilities of all classes; a copy. */
  readonly scores: Float32Array;
  readonly logits: Float32Array;
  /** The n (5) most probable classes, best first. */
  top(n?: number): Result[];
  /** Pictures classified since opening or reset. */
  readonly frames: number;
  /** Time of the last one, seconds. */
  readonly time: number;
  /** Forgets everything seen. */
  reset(): void;
  /** All that the stream remembers; movinet_stream_save gives the same bytes on any machine. */
  save(): Uint8Array;
  restore(saved: Uint8Array): void;
  close(): void;
}
