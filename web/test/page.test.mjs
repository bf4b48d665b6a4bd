// The page in Chromium, as people use it: with a camera that plays a file, with files, with a
// sample, without any of them. SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {buildPage} from '../build-page.mjs';
import {cameraFile, launch, missing, noFfmpeg} from './browser.mjs';
import {A0, CLIP, headline, headlineIs, inWork, messageIs, noShared, open, OWN, panLeft, state,
  stateIs} from './opened.mjs';
import {serve} from './server.mjs';

const noVideo = missing || noFfmpeg();

// ---- sources ----------------------------------------------------------------------------

test('the camera: what it sees is said, and nothing is asked of anybody else', {skip: noVideo}, async (t) => {
  const {page, server, requests, problems} = await open(t, {camera: panLeft(inWork('left.y4m')), phone: true});
  assert.equal(await state(page), 'idle');
  await page.click('#open-camera');
  await headlineIs(page, 'pan left');
  assert.match(await page.text('#bars li'), /^pan left\s+\d+ %/);
  await page.until(() => /of 5 fps/.test(document.querySelector('#fps').textContent));
  assert.match(await page.text('#ms'), /^[\d.]+ ms$/);
  assert.deepEqual(requests.filter(({url}) => !url.startsWith(server.url + '/')), []);
  assert.deepEqual(problems, []);
});

test('a clip before the camera: its label is on top', {skip: noVideo || noShared}, async (t) => {
  const folder = inWork('page-a0');
  await buildPage(folder, [A0, OWN]);
  const {page, problems} = await open(t, {camera: cameraFile(CLIP, inWork('clip.y4m')), folder});
  await page.click('#open-camera');
  await headlineIs(page, 'carving ice');
  assert.match(await page.text('#bars li'), /^carving ice\s+\d+ %/);
  assert.deepEqual(problems, []);
});

test('the sample needs nothing: the camera\'s moves, one after the other', {skip: missing}, async (t) => {
  const {page, problems} = await open(t, {camera: 'none'});
  await page.click('#open-sample');
  for (const move of ['pan left', 'zoom in', 'tilt up'])
    await headlineIs(page, move);
  assert.ok((await page.text('#seen')).includes('pan left'));
  assert.deepEqual(problems, []);
});

test('a file that is chosen: to its end, and again', {skip: noVideo}, async (t) => {
  const {page, problems} = await open(t);
  await page.choose('#video-file', panLeft(inWork('left.mp4')));
  await headlineIs(page, 'pan left');
  await stateIs(page, 'ended');
  assert.equal(await headline(page), 'pan left'); // the answer stays to be read
  assert.match(await page.text('#seek-time'), /0:0\d \/ 0:0\d/);
  assert.match(await page.text('#seen li'), /0:0\d – 0:0\d\s+pan left/);
  await page.click('#pause');
  await stateIs(page, 'running');
  await page.until(() => document.querySelector('#headline').textContent !== 'pan left');
  await headlineIs(page, 'pan left');
  assert.deepEqual(problems, []);
});

test('files that are dropped: a video, a model, and what is neither', {skip: noVideo}, async (t) => {
  const {page} = await open(t);
  await page.drop(panLeft(inWork('left.mp4')));
  await headlineIs(page, 'pan left');
  fs.copyFileSync(OWN, inWork('mine.tflite'));
  await page.drop(inWork('mine.tflite'));
  await page.until(() => document.querySelector('#model-title').textContent === 'mine' &&
      document.querySelector('#model-about').textContent.includes('10 classes'));
  fs.writeFileSync(inWork('notes.txt'), 'nothing to see');
  await page.drop(inWork('notes.txt'));
  await messageIs(page, /^notes\.txt: this browser cannot play it/);
  assert.equal(await state(page), 'idle');
});

// ---- what can go wrong ------------------------------------------------------------------

test('no camera, or one that may not be used: said in words', {skip: missing}, async (t) => {
  for (const [camera, words] of [['none', /There is no camera here/], ['denied', /The camera was not allowed/]]) {
    const {page, problems} = await open(t, {camera});
    await page.click('#open-camera');
    await messageIs(page, words);
    assert.equal(await state(page), 'idle');
    await page.click('#message-close');
    await page.click('#open-sample');
    await stateIs(page, 'running');
    assert.deepEqual(problems, []);
  }
});

test('a model that is none: it says so, and the one before stays', {skip: missing}, async (t) => {
  const {page} = await open(t), bytes = fs.readFileSync(OWN);
  for (const [name, content] of [['cut', bytes.subarray(0, 200000)], ['text', 'hello'], ['empty', '']]) {
    fs.writeFileSync(inWork(`${name}.tflite`), content);
    await page.choose('#model-file', inWork(`${name}.tflite`));
    await messageIs(page, new RegExp(`^${name}: .`));
    assert.equal(await page.evaluate(() => document.querySelector('#model').value), 'camera-motion');
    await page.click('#message-close');
  }
  await page.click('#open-sample');
  await headlineIs(page, 'pan left');
});

test('a server without a list, and without models: a file will do', {skip: missing}, async (t) => {
  for (const list of [null, '{"models": []}', 'no JSON']) {
    const folder = inWork('bare');
    await buildPage(folder, []);
    fs.rmSync(path.join(folder, 'models.json'));
    if (list)
      fs.writeFileSync(path.join(folder, 'models.json'), list);
    const server = await serve({'/': folder}), {page, close} = await launch();
    t.after(() => Promise.all([server.close(), close()]));
    await page.goto(server.url + '/');
    await messageIs(page, /Open a \.tflite file, or drop one here/);
    await page.choose('#model-file', OWN);
    await page.until(() => document.body.dataset.model === 'ready');
    await page.click('#message-close');
    await page.click('#open-sample');
    await page.until(() => document.querySelector('#bars li'));
  }
});
