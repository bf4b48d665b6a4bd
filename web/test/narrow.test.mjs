// The page on the narrowest of screens. SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import {fileURLToPath} from 'node:url';
import {buildPage} from '../build-page.mjs';
import {launch, missing} from './browser.mjs';
import {serve} from './server.mjs';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'movinet-page-'));
test.before(() => buildPage(folder, [path.join(root, 'models', 'camera-motion.tflite')]));
test.after(() => fs.rmSync(folder, {recursive: true}));

async function start(t, options) {
  const server = await serve({'/': folder}), chromium = await launch(options);
  t.after(() => Promise.all([server.close(), chromium.close()]));
  await chromium.page.goto(server.url + '/');
  return {server, ...chromium};
}

const says = (words) => document.body.innerText.includes(words);

test('no horizontal scroll at 320 pixels, before and behind the first click', {skip: missing}, async (t) => {
  const {page} = await start(t, {size: {width: 320, height: 568}});
  const wide = () => document.documentElement.scrollWidth > document.documentElement.clientWidth;
  assert.equal(await page.evaluate(wide), false);
  await page.click('#open-sample');
  await page.until(says, 'of 5 fps');
  assert.equal(await page.evaluate(wide), false);
});
