// The npm package as a program in Node uses it: node --test web/test/package.test.mjs
// Needs `make wasm`; what needs real models is skipped where ../shared is missing.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {Worker} from 'node:worker_threads';
import zlib from 'node:zlib';
import {loadModel, MovinetError} from '../package/movinet.js';
import {textFiles} from '../package/zip.js';
import {makeZip} from './zips.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shared = process.env.MOVINET_SHARED ?? path.join(root, '../shared');
const at = (folder, name) => path.join(shared, folder, name);
const here = fs.existsSync(at('models', 'movinet_a0_stream_int8_k600.tflite'));
const real = {skip: here ? false : `no models in ${shared}`};
const A0 = at('models', 'movinet_a0_stream_int8_k600.tflite'), SIDE = 172, FRAME = SIDE * SIDE * 3;
const refuses = (status, message) => (error) => error instanceof MovinetError &&
    error.status === status && message.test(error.message) || assert.fail(String(error));

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'movinet-package-'));
test.after(() => fs.rmSync(work, {recursive: true}));

// A model of tests/support/make_model.c: the mean colour so far. Labels in a zip are for us.
function smallModel(variant) {
  const file = path.join(work, variant);
  execFileSync(process.execPath, ['--no-warnings', '--no-turbo-fast-api-calls',
    path.join(root, 'tools/wasi.mjs'),
    path.join(root, 'build-wasm/tests/wasm/make_model'), variant, file]);
  return fs.readFileSync(file);
}

function colour(r, g, b, channels = 4, width = 12, height = 8) {
  const data = new Uint8ClampedArray(width * height * channels);
  for (let i = 0; i < data.length; i += channels)
    data.set([r, g, b, 77].slice(0, channels), i);
  return {data, width, height};
}

// ---- the package ----------------------------------------------------------------------

test('it is small, gzipped, and nothing is missing', () => {
  const folder = path.join(root, 'web/package');
  const {files, exports, types} = JSON.parse(fs.readFileSync(path.join(folder, 'package.json')));
  const sizes = files.map((name) => zlib.gzipSync(fs.readFileSync(path.join(folder, name))).length);
  assert.ok(sizes.reduce((a, b) => a + b) < 250000, `${files.map((name, i) => `${name} ${sizes[i]}`)}`);
  for (const name of [types, exports['.'].default, exports['./movinet.wasm']])
    assert.ok(files.includes(path.basename(name)), name);
  for (const name of files.filter((file) => file.endsWith('.js')))
    for (const [, other] of fs.readFileSync(path.join(folder, name), 'utf8').matchAll(/from '\.\/(.*)'/g))
      assert.ok(files.includes(other), `${name} needs ${other}`);
});

// ---- golden files ---------------------------------------------------------------------

function floats(file) {
  const bytes = fs.readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

const GOLDEN = [
  ['movinet_a0_stream_int8_k600', 'carving_ice_pi', 'carving_ice_pi_k600_a0_int8', 0],
  ['movinet_a0_stream_int8_k600', 'arm_wrestling', 'arm_wrestling_k600_a0_int8', 0],
  ['calf_a0_stream_int8', 'carving_ice_pi', 'carving_ice_pi_calf_a0_int8', 0],
  ['calf_a0_stream_dynamic', 'carving_ice_pi', 'carving_ice_pi_calf_a0_dynamic', 0.15],
];
for (const [name, clip, golden, bound] of GOLDEN)
  for (const portable of [false, true])
    test(`golden: ${golden}${portable ? ', portable' : ''}`, real, async () => {
      const model = await loadModel(fs.readFileSync(at('models', name + '.tflite')), {portable});
      const frames = fs.readFileSync(at('golden', `${clip}_50x172x172.rgb`));
      const want = floats(at('golden', golden + '.logits.f32')), n = model.info.classes;
      const stream = model.openStream();
      assert.equal(model.info.cpu, portable ? 'c' : 'simd128');
      assert.equal(want.length, 50 * n);
      let worst = 0;
      for (let f = 0; f < 50; f++) {
        const data = frames.subarray(f * FRAME, (f + 1) * FRAME);
        assert.equal(stream.push({data, width: SIDE, height: SIDE}), true);
        stream.logits.forEach((x, i) => { worst = Math.max(worst, Math.abs(x - want[f * n + i])); });
      }
      assert.ok(worst <= bound, `largest difference ${worst}`);
    });

// ---- models ---------------------------------------------------------------------------

test('a model tells what it is', real, async () => {
  const bytes = fs.readFileSync(A0);
  const model = await loadModel(pathToFileURL(A0));
  assert.deepEqual({...model.info, description: '', version: ''}, {
    variant: 'A0', precision: 'int8', description: '', signature: 'serving_default',
    cpu: 'simd128', classes: 600, width: SIDE, height: SIDE, frameRate: 5, streaming: true,
    labelSource: 'kinetics', multiplyAdds: model.info.multiplyAdds,
    parameters: model.info.parameters, fileBytes: bytes.length,
    streamBytes: model.info.streamBytes, version: '',
  });
  assert.ok(model.info.multiplyAdds > 45e6 && model.info.streamBytes > 1e5);
  assert.equal(model.labels.length, 600);
  assert.equal(model.labels[72], 'carving ice');
  assert.equal(model.sha256, crypto.createHash('sha256').update(bytes).digest('hex'));
});

test('models come as bytes, blobs and responses', async () => {
  const bytes = smallModel('plain');
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const seen = [];
  for (const source of [bytes, buffer, new DataView(buffer), new Blob([bytes]), new Response(bytes)])
    assert.equal((await loadModel(source)).info.classes, 3);
  await loadModel(new Response(bytes, {headers: {'content-length': bytes.length}}),
      {onProgress: (n, total) => seen.push([n, total])});
  assert.deepEqual(seen.at(-1), [bytes.length, bytes.length]);
  await assert.rejects(loadModel(new Response('', {status: 404})), refuses('network', /404/));
  await assert.rejects(loadModel(17), TypeError);
});

test('what is no model is refused', async () => {
  const bytes = smallModel('plain');
  for (let n = 0; n < bytes.length; n += 97)
    await assert.rejects(loadModel(bytes.subarray(0, n)), MovinetError);
  await assert.rejects(loadModel(new Uint8Array(1000)), refuses('format', /./));
  await assert.rejects(loadModel(smallModel('unknown-op')), refuses('unsupported', /Sharpen/));
});

test('the module is found, given, or refused', async () => {
  const bytes = smallModel('plain'), file = new URL('../package/movinet.wasm', import.meta.url);
  const wasm = fs.readFileSync(file);
  for (const given of [file, file.href, wasm, await WebAssembly.compile(wasm)])
    assert.equal((await loadModel(bytes, {wasm: given})).info.classes, 3);
  await assert.rejects(loadModel(bytes, {wasm: new Uint8Array(9)}), WebAssembly.CompileError);
});

// ---- labels ---------------------------------------------------------------------------

test('labels come out of the zip', async () => {
  const model = smallModel('labels'), bytes = Buffer.from('red\ngreen\nblue\n');
  const other = {name: 'else.bin', bytes: Buffer.from('x')};
  for (const stored of [false, true])
    for (const base of [0, model.length]) {
      const zip = makeZip([other, {name: 'labels.txt', bytes, stored}], base);
      const {labels, info} = await loadModel(Buffer.concat([model, zip]));
      assert.deepEqual(labels, ['red', 'green', 'blue']);
      assert.equal(info.labelSource, 'metadata');
    }
});

test('bad zips are refused, and given labels do without them', async () => {
  const model = smallModel('labels'), bytes = Buffer.from('red\ngreen\nblue\n');
  const good = makeZip([{name: 'labels.txt', bytes}]);
  const bad = [
    Buffer.alloc(0), good.subarray(0, good.length - 1), good.subarray(30),
    makeZip([{name: 'other.txt', bytes}]),
    makeZip([{name: 'labels.txt', bytes, size: 14}]),
    makeZip([{name: 'labels.txt', bytes, size: 16}]),
    makeZip([{name: 'labels.txt', bytes, size: 0xffffffff}]),
    makeZip([{name: 'labels.txt', bytes, flags: 1}]),
    makeZip([{name: 'labels.txt', bytes, method: 12}]),
    makeZip([{name: 'labels.txt', bytes, stored: true, method: 8}]),
    makeZip([{name: 'labels.txt', bytes: Buffer.alloc(5 << 20)}]),
    makeZip([{name: 'labels.txt', bytes}], 1 << 30),
  ];
  for (const zip of bad) {
    const both = Buffer.concat([model, zip]);
    await assert.rejects(loadModel(both), refuses('format', /labels\.txt/));
    const given = await loadModel(both, {labels: ['a', 'b', 'c']});
    assert.deepEqual(given.labels, ['a', 'b', 'c']);
    assert.equal(given.info.labelSource, 'given');
  }
});

test('no bytes make the reader of zips fail otherwise', async () => {
  let seed = 1;
  const next = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 8;
  const good = makeZip([{name: 'a.txt', bytes: Buffer.from('hello'.repeat(50))},
    {name: 'b.txt', bytes: Buffer.from('b'), stored: true}]);
  for (let i = 0; i < 3000; i++) {
    const zip = Buffer.from(good);
    for (let k = next() % 4; k >= 0; k--)
      zip[next() % zip.length] = next();
    const files = await textFiles(zip.subarray(next() % 3 ? 0 : next() % zip.length));
    for (const file of files.values())
      assert.ok(file.length <= 4 << 20);
  }
});

test('labels can be given', async () => {
  const bytes = smallModel('plain');
  assert.deepEqual((await loadModel(bytes)).labels, ['class 0', 'class 1', 'class 2']);
  assert.deepEqual((await loadModel(bytes, {labels: 'a\r\nb\nc ü\n'})).labels, ['a', 'b', 'c ü']);
  await assert.rejects(loadModel(bytes, {labels: ['a']}), refuses('format', /1 labels.*3 classes/));
});

// ---- streams --------------------------------------------------------------------------

test('a stream sees, remembers, forgets', async () => {
  const model = await loadModel(smallModel('plain'), {labels: ['red', 'green', 'blue']});
  const stream = model.openStream();
  assert.deepEqual([...stream.scores], [0, 0, 0]);
  assert.equal(stream.push(colour(255, 0, 0), {time: 1.5}), true);
  assert.equal(stream.top(1)[0].label, 'red');
  assert.equal(stream.frames, 1);
  assert.equal(stream.time, 1.5);
  const saved = stream.save(), logits = stream.logits;
  for (let i = 0; i < 3; i++)
    stream.push(colour(0, 255, 0));
  assert.deepEqual(stream.top(2).map(({label}) => label), ['green', 'red']);
  assert.ok(Math.abs(stream.scores.reduce((a, b) => a + b) - 1) < 1e-5);
  stream.restore(saved);
  assert.deepEqual(stream.logits, logits);
  assert.equal(stream.frames, 1);
  saved[saved.length >> 1] ^= 1;
  assert.throws(() => stream.restore(saved), refuses('format', /damaged/));
  stream.reset();
  assert.equal(stream.frames, 0);
  assert.deepEqual([...stream.scores], [0, 0, 0]);
});

test('three and four channels are the same picture, and any size will do', async () => {
  const model = await loadModel(smallModel('plain')), four = model.openStream();
  const three = model.openStream();
  for (const [width, height] of [[1, 1], [2, 3], [3, 1], [5, 5], [12, 8], [641, 361]]) {
    const rgba = colour(0, 0, 0, 4, width, height), rgb = colour(0, 0, 0, 3, width, height);
    for (let i = 0; i < width * height; i++)
      for (let c = 0; c < 3; c++)
        rgba.data[4 * i + c] = rgb.data[3 * i + c] = (i * 7 + c * 50) % 256;
    four.push(rgba);
    three.push(rgb);
    assert.deepEqual(four.logits, three.logits);
  }
});

test('pictures are turned and mirrored', async () => {
  const model = await loadModel(smallModel('plain')), picture = colour(10, 200, 30);
  for (const options of [{rotation: 90}, {rotation: 180}, {rotation: 270}, {mirrored: true}]) {
    const stream = model.openStream({preprocess: 'crop'});
    stream.push(picture, options);
    assert.ok(Math.abs(stream.logits[1] - 8 * 200 / 255) < 0.05);
  }
});

test('a sample rate passes pictures over', async () => {
  const stream = (await loadModel(smallModel('plain'))).openStream({sampleRate: 5});
  let taken = 0;
  for (let i = 0; i < 60; i++)
    taken += stream.push(colour(1, 2, 3), {time: i / 30});
  assert.equal(taken, 10);
  assert.equal(stream.frames, 10);
});

test('what cannot be is refused, and changes nothing', async () => {
  const model = await loadModel(smallModel('plain')), stream = model.openStream();
  stream.push(colour(9, 9, 9));
  const before = stream.save();
  for (const bad of [null, undefined, {}, 'picture', {width: 3, height: 3}])
    assert.throws(() => stream.push(bad), TypeError);
  assert.throws(() => stream.push({data: new Uint8Array(10), width: 2, height: 2}),
      refuses('argument', /2x2/));
  assert.throws(() => stream.push({data: {length: 4 * 2 ** 40}, width: 2 ** 20, height: 2 ** 20}),
      refuses('memory', /./));
  assert.throws(() => stream.push(colour(1, 1, 1), {rotation: 45}), refuses('argument', /45/));
  assert.throws(() => model.openStream({preprocess: 'zoom'}), refuses('argument', /zoom/));
  assert.throws(() => model.openStream({sampleRate: -1}), refuses('argument', /./));
  assert.deepEqual(stream.save(), before);
  stream.close();
  stream.close();
  assert.throws(() => stream.push(colour(1, 1, 1)), refuses('argument', /closed/));
  model.close();
  assert.throws(() => model.openStream(), refuses('argument', /closed/));
});

test('memory does not grow with frames or streams', async (t) => {
  const {instantiate} = WebAssembly, picture = colour(1, 2, 3, 4, 320, 240);
  let memory;
  t.after(() => { WebAssembly.instantiate = instantiate; });
  WebAssembly.instantiate = async (...args) => {
    const instance = await instantiate(...args);
    memory = instance.exports.memory;
    return instance;
  };
  const model = await loadModel(smallModel('plain'));
  const use = () => {
    const stream = model.openStream();
    for (let i = 0; i < 10; i++)
      stream.push(picture);
    stream.restore(stream.save());
    stream.close();
  };
  use();
  const bytes = memory.buffer.byteLength;
  for (let i = 0; i < 300; i++)
    use();
  assert.equal(memory.buffer.byteLength, bytes);
});

test('in a worker', async () => {
  const code = `import {parentPort, workerData} from 'node:worker_threads';
    import {loadModel} from ${JSON.stringify(new URL('../package/movinet.js', import.meta.url).href)};
    const stream = (await loadModel(workerData)).openStream();
    parentPort.on('message', (picture) => {
      stream.push(picture);
      parentPort.postMessage(stream.top(1)[0].index);
      parentPort.close();
    });`;
  const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(code)),
      {workerData: smallModel('plain')});
  const answer = new Promise((resolve, reject) => {
    worker.on('message', resolve);
    worker.on('error', reject);
  });
  worker.postMessage(colour(0, 0, 255));
  assert.equal(await answer, 2);
});

// ---- the package ----------------------------------------------------------------------

test('one version, all files, under 250 KB', async () => {
  const folder = path.join(root, 'web/package');
  const {version, files} = JSON.parse(fs.readFileSync(path.join(folder, 'package.json')));
  assert.equal((await loadModel(smallModel('plain'))).info.version, version);
  let size = 0;
  for (const name of files)
    size += zlib.gzipSync(fs.readFileSync(path.join(folder, name)), {level: 9}).length;
  assert.ok(size < 250e3, `${size} bytes`);
  const imports = files.filter((name) => name.endsWith('.js')).flatMap((name) =>
    [...fs.readFileSync(path.join(folder, name), 'utf8').matchAll(/from '\.\/([^']+)'/g)]);
  for (const [, name] of imports)
    assert.ok(files.includes(name), name);
});

// Debian's node-typescript, or any other.
const tsc = ['/usr/bin/tsc', '/usr/local/bin/tsc'].find(fs.existsSync);
test('types', {skip: tsc ? false : 'there is no tsc'}, () => {
  const old = /^Version [1-4]\./.test(execFileSync(tsc, ['--version'], {encoding: 'utf8'}));
  execFileSync(tsc, ['--noEmit', '--strict', '--target', 'es2022', '--module', 'esnext',
    '--moduleResolution', 'node', '--lib', 'es2022,dom', path.join(root, 'web/test/types.ts'),
    ...old ? [path.join(root, 'web/test/old-dom.d.ts')] : []], {stdio: 'inherit'});
});
