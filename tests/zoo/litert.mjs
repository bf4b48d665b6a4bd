// TensorFlow Lite itself (LiteRT, in WebAssembly) loads what our writer writes, and
// computes the same logits from frame to frame.
//
//     node litert.mjs MAKE_NETWORK
//
// MOVINET_LITERT names a folder where `npm install @litertjs/core` was run; without
// one this is skipped (exit code 77).
// SPDX-License-Identifier: Apache-2.0
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import os from 'node:os';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

// Variant, side of the image, precision, and the largest difference that counts as
// the same, in units of the spread of the logits.
const CASES = [
  ['T0', 64, 'float32', 1e-4],
  ['A0', 172, 'float32', 1e-4],
  ['A0', 50, 'float16', 1e-4],
  ['A0', 64, 'dynamic', 0.1],
  ['A1', 64, 'float32', 1e-4],
  ['A2', 64, 'float32', 1e-4],
  ['A3', 64, 'float32', 1e-4],
  ['A5', 48, 'float32', 1e-4],
  ['A0-base', 48, 'float32', 1e-4],
  ['T0-base', 48, 'float16', 1e-2],
];

const folder = process.env.MOVINET_LITERT;
const say = (...words) => process.stdout.write(words.join(' ') + '\n');

let entry;
try {
  entry = createRequire(path.join(folder, 'here.js')).resolve('@litertjs/core');
} catch {
  say('skipped: MOVINET_LITERT names no folder with @litertjs/core');
  process.exit(77);
}

// The package is made for browsers: it loads a script into the page.
const require = createRequire(entry);
globalThis.self = globalThis;
globalThis.navigator ??= {};
globalThis.importScripts = (file) => {
  const load = new Function('require', '__filename', '__dirname',
      fs.readFileSync(file, 'utf8') + '\n;globalThis.ModuleFactory = ModuleFactory;');
  load(require, file, path.dirname(file));
};
console.log = console.info = console.warn = console.error = () => {};

const litert = await import(pathToFileURL(entry));
await litert.loadLiteRt(path.join(path.dirname(entry), '..', 'wasm') + '/');

const count = (shape) => Array.from(shape).reduce((a, b) => a * b, 1);

function read(file) {
  const raw = fs.readFileSync(file);
  return new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
}

// All logits, frame after frame, states fed back.
async function run(file, frames) {
  const model = await litert.loadAndCompile(new Uint8Array(fs.readFileSync(file)),
      {accelerator: 'wasm'});
  const inputs = model.getInputDetails();
  const states = {};
  for (const i of inputs)
    states[i.name] = new (i.dtype === 'int32' ? Int32Array : Float32Array)(count(i.shape));
  const one = states.image.length, logits = [];
  for (let at = 0; at < frames.length; at += one) {
    states.image = frames.slice(at, at + one);
    const feed = {};
    for (const i of inputs)
      feed[i.name] = new litert.Tensor(states[i.name], Array.from(i.shape));
    const result = await model.run(feed);
    for (const [name, tensor] of Object.entries(result)) {
      const data = (await tensor.data()).slice();
      if (name === 'logits')
        logits.push(...data);
      else if (!(name in states))
        throw new Error(`output ${name} is no input`);
      else
        states[name] = data;
      tensor.delete();
    }
    for (const tensor of Object.values(feed))
      tensor.delete();
  }
  model.delete();
  return logits;
}

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'movinet-litert-'));
let failed = 0;
try {
  const file = (name) => path.join(work, name);
  for (const [variant, size, precision, bound] of CASES) {
    execFileSync(process.argv[2], [variant, String(size), precision, file('m.tflite'),
      file('frames'), file('logits')], {stdio: ['ignore', 'inherit', 'inherit']});
    const ours = read(file('logits')), theirs = await run(file('m.tflite'), read(file('frames')));
    let mean = 0, square = 0, worst = ours.length === theirs.length ? 0 : NaN;
    for (const x of theirs) mean += x / theirs.length;
    for (const x of theirs) square += (x - mean) ** 2 / theirs.length;
    for (let i = 0; i < ours.length; i++)
      worst = Math.max(worst, Math.abs(ours[i] - theirs[i]));
    worst /= Math.sqrt(square);
    const good = worst <= bound;
    failed += !good;
    say(good ? 'ok    ' : 'FAILED', variant, size, precision, worst.toExponential(1),
        'of the spread of the logits');
  }
} finally {
  fs.rmSync(work, {recursive: true});
}
say(`${CASES.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
