// Milliseconds a frame, one thread, the same frames, side by side in one process: ours, and
// LiteRT's (@litertjs/core on its CPU path) where MOVINET_LITERT names a folder in which
// `npm install @litertjs/core` was run.
//
//     node web/bench.mjs [MODEL [FRAMES.rgb]]
//
// LiteRT's time is that of its run() alone, states already tensors; ours is all of push().
// SPDX-License-Identifier: Apache-2.0
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {loadModel} from './package/movinet.js';

const shared = process.env.MOVINET_SHARED ??
    fileURLToPath(new URL('../../shared', import.meta.url));
const file = process.argv[2] ?? shared + '/models/movinet_a0_stream_int8_k600.tflite';
const frames = fs.readFileSync(process.argv[3] ?? shared + '/golden/carving_ice_pi_50x172x172.rgb');
const ROUNDS = 9, WARM = 2; // of all frames
const say = (...words) => process.stdout.write(words.join(' ') + '\n');

function frameSize(model) { return model.info.width * model.info.height * 3; }

async function ours(options) {
  const model = await loadModel(fs.readFileSync(file), options), size = frameSize(model);
  const stream = model.openStream(), {width, height} = model.info;
  return async (i) => {
    const data = frames.subarray(i * size, (i + 1) * size);
    const begin = performance.now();
    stream.push({data, width, height});
    return performance.now() - begin;
  };
}

// The package is made for browsers: it loads a script into the page.
async function loadLiteRt(folder) {
  const entry = createRequire(path.join(folder, 'here.js')).resolve('@litertjs/core');
  const require = createRequire(entry), log = console.log;
  globalThis.self = globalThis;
  globalThis.importScripts = (script) => {
    const load = new Function('require', '__filename', '__dirname',
        fs.readFileSync(script, 'utf8') + '\n;globalThis.ModuleFactory = ModuleFactory;');
    load(require, script, path.dirname(script));
  };
  console.log = console.info = console.warn = console.error = () => {};
  const litert = await import(pathToFileURL(entry));
  await litert.loadLiteRt(path.join(path.dirname(entry), '..', 'wasm') + '/');
  console.log = log;
  return litert;
}

async function theirs(folder, size) {
  const litert = await loadLiteRt(folder);
  const model = await litert.loadAndCompile(new Uint8Array(fs.readFileSync(file)),
      {accelerator: 'wasm'});
  const inputs = model.getInputDetails(), count = (shape) => [...shape].reduce((a, b) => a * b, 1);
  const feed = {};
  for (const {name, dtype, shape} of inputs)
    feed[name] = new litert.Tensor(
        new (dtype === 'int32' ? Int32Array : Float32Array)(count(shape)), [...shape]);
  return async (i) => {
    const bytes = frames.subarray(i * size, (i + 1) * size);
    feed.image.delete();
    feed.image = new litert.Tensor(Float32Array.from(bytes, (x) => x / 255), [1, 1, 172, 172, 3]);
    const begin = performance.now();
    const result = await model.run(feed);
    const time = performance.now() - begin;
    for (const [name, tensor] of Object.entries(result))
      if (name in feed) {
        feed[name].delete();
        feed[name] = tensor;
      } else {
        tensor.delete();
      }
    return time;
  };
}

const model = await loadModel(fs.readFileSync(file)), size = frameSize(model);
const runners = {'movinet (simd128)': await ours({}), 'movinet (portable C)': await ours({portable: true})};
if (process.env.MOVINET_LITERT)
  runners['@litertjs/core'] = await theirs(process.env.MOVINET_LITERT, size);
const times = Object.fromEntries(Object.keys(runners).map((name) => [name, []]));
for (let round = 0; round < WARM + ROUNDS; round++)
  for (const [name, run] of Object.entries(runners))
    for (let i = 0; i < frames.length / size; i++) {
      const time = await run(i);
      if (round >= WARM)
        times[name].push(time);
    }
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const first = median(times['movinet (simd128)']);
say(path.basename(file) + ',', frames.length / size, 'frames,', ROUNDS, 'rounds, node', process.version);
for (const [name, list] of Object.entries(times))
  say(name.padEnd(22), 'median', median(list).toFixed(2), 'ms, best', list[0].toFixed(2), 'ms,',
      (median(list) / first).toFixed(2), 'times ours');
process.exit(0);
