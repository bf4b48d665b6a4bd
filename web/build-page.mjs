// node web/build-page.mjs FOLDER MODEL…: the page as any server of files can give it: modules,
// styles, movinet.wasm, the models, and a list of them. Needs `make wasm`. Called by `make page`.
// SPDX-License-Identifier: Apache-2.0
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {loadModel} from './package/movinet.js';

const here = path.dirname(fileURLToPath(import.meta.url));

// What a list says of models that are known by their names. The project's own tells the camera's
// move of the last seconds, and the page's sample is about such moves.
const KNOWN = {
  'camera-motion': {title: 'Camera motion', memory: 4, sample: true},
  'movinet_a0_stream_int8_k600': {title: 'MoViNet-A0, 600 actions'},
  'movinet_a1_stream_int8_k600': {title: 'MoViNet-A1, 600 actions'},
  'movinet_a2_stream_int8_k600': {title: 'MoViNet-A2, 600 actions'},
};

async function entryOf(file) {
  const model = await loadModel(fs.readFileSync(file)).catch((error) => {
    throw new Error(`${file}: ${error.message}`);
  });
  const id = path.basename(file, '.tflite'), {variant, precision, classes, fileBytes} = model.info;
  return {id, title: id, ...KNOWN[id], url: `models/${encodeURIComponent(id)}.tflite`, bytes: fileBytes,
    sha256: model.sha256, variant, precision, classes};
}

// What the service worker keeps: all that the page is made of, and a name for just these bytes.
function writeFiles(folder) {
  const files = fs.readdirSync(folder, {recursive: true, withFileTypes: true})
      .filter((entry) => entry.isFile() && entry.name !== 'sw.js')
      .map((entry) => path.relative(folder, path.join(entry.path, entry.name))).sort();
  const hash = crypto.createHash('sha256');
  for (const name of files)
    hash.update(`${name}\0`).update(fs.readFileSync(path.join(folder, name)));
  fs.writeFileSync(path.join(folder, 'files.js'), '// Written by build-page.mjs, for sw.js.\n' +
    `self.VERSION = '${hash.digest('hex').slice(0, 16)}';\n` +
    `self.FILES = ${JSON.stringify(['./', ...files.filter((name) => name !== 'index.html')], null, 1)};\n`);
}

/** Gives the list. The first model is the one that the page begins with. */
export async function buildPage(folder, models) {
  const entries = [];
  fs.rmSync(folder, {recursive: true, force: true});
  fs.cpSync(path.join(here, 'page'), folder, {recursive: true});
  fs.mkdirSync(path.join(folder, 'movinet'));
  for (const name of ['movinet.js', 'module.js', 'pixels.js', 'zip.js', 'movinet.wasm', 'LICENSE'])
    fs.copyFileSync(path.join(here, 'package', name), path.join(folder, 'movinet', name));
  writeFiles(folder);
  fs.mkdirSync(path.join(folder, 'models'));
  for (const file of models) {
    entries.push(await entryOf(file));
    fs.copyFileSync(file, path.join(folder, 'models', path.basename(file)));
  }
  fs.writeFileSync(path.join(folder, 'models.json'), JSON.stringify({models: entries}, null, 1) + '\n');
  return entries;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder, ...models] = process.argv.slice(2);
  try {
    const entries = await buildPage(folder, models);
    console.log(`${folder}: the page, with ${entries.map(({title}) => title).join(', ')}`);
  } catch (error) {
    console.error(`build-page: ${error.message}`);
    process.exit(1);
  }
}
