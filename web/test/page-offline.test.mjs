// The page as an app: installed, without a network, in a new version; and what it may not do.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {buildPage} from '../build-page.mjs';
import {missing} from './browser.mjs';
import {built, headlineIs, inWork, messageIs, open, OWN, stateIs} from './opened.mjs';

// Until all is here that another visit needs.
const kept = (page) => page.until(async () => navigator.serviceWorker.controller &&
    (await (await caches.open('movinet-kept')).keys()).length >= 2);

test('it can be installed', {skip: missing}, async (t) => {
  const {page, problems} = await open(t);
  await kept(page);
  assert.deepEqual(await page.notInstallable(), []);
  const icons = JSON.parse(fs.readFileSync(path.join(built, 'manifest.webmanifest'))).icons;
  for (const {src, sizes} of icons)
    assert.equal(await page.evaluate(async (at) => {
      const image = Object.assign(new Image(), {src: at});
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, src), sizes === 'any' ? '150x150' : sizes, src);
  assert.deepEqual(problems, []);
});

test('the second visit needs no network and no server', {skip: missing}, async (t) => {
  const {page, server} = await open(t);
  await kept(page);
  await server.close();
  await page.offline(true);
  await page.reload();
  await page.until(() => document.body.dataset.model === 'ready');
  await page.click('#open-sample');
  await headlineIs(page, 'pan left');
});

test('a model that was never loaded here is missed in words', {skip: missing}, async (t) => {
  const folder = inWork('two'), second = inWork('second.tflite');
  fs.copyFileSync(OWN, second);
  await buildPage(folder, [OWN, second]);
  const {page, server} = await open(t, {folder});
  await kept(page);
  await server.close();
  await page.offline(true);
  await page.reload();
  await page.until(() => document.body.dataset.model === 'ready');
  await page.evaluate(() => {
    const select = document.querySelector('#model');
    select.value = 'second';
    select.dispatchEvent(new Event('change'));
  });
  await messageIs(page, /^second: .*cannot be reached, and was not kept/);
  assert.equal(await page.text('#model-title'), 'Camera motion');
});

test('a new version comes whole, with the visit after', {skip: missing}, async (t) => {
  const folder = inWork('versions');
  await buildPage(folder, [OWN]);
  const {page} = await open(t, {folder}), title = () => page.evaluate(() => document.title);
  await kept(page);
  const first = await page.evaluate(() => caches.keys());
  const index = path.join(folder, 'index.html'), files = path.join(folder, 'files.js');
  fs.writeFileSync(index, fs.readFileSync(index, 'utf8').replace('<title>movinet', '<title>newer'));
  fs.writeFileSync(files, fs.readFileSync(files, 'utf8').replace(/VERSION = '[^']*'/, 'VERSION = \'newer\''));
  await page.reload();
  assert.equal(await title(), 'movinet'); // from here, at once
  await page.evaluate(() => navigator.serviceWorker.getRegistration().then((worker) => worker.update()));
  await page.until(async (old) => !(await caches.keys()).some((name) => name.includes('page') && old.includes(name)), first);
  await page.reload();
  assert.equal(await title(), 'newer');
});

test('nothing inline runs, and nobody else is asked', {skip: missing}, async (t) => {
  const {page} = await open(t);
  const refused = await page.evaluate(async () => {
    const refusals = [];
    document.addEventListener('securitypolicyviolation', (event) => refusals.push(event.effectiveDirective));
    document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = true'}));
    document.body.setAttribute('style', 'color: red');
    await fetch('http://elsewhere.example/').catch(() => {});
    new Image().src = 'http://elsewhere.example/x.png';
    await new Promise((resolve) => setTimeout(resolve, 100));
    return {refusals: refusals.sort(), ran: window.ran === true};
  });
  assert.deepEqual(refused, {ran: false,
    refusals: ['connect-src', 'connect-src', 'img-src', 'img-src', 'script-src-elem', 'script-src-elem',
      'style-src-attr', 'style-src-attr']}); // by the page's own policy, and by the server's
  await page.click('#open-sample');
  await stateIs(page, 'running');
});
