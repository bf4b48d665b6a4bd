// The page in people's hands: settings, panels, what is saved, a screen that is turned, a page that
// is hidden, too few pictures. SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import {launch, missing, noFfmpeg, PHONE} from './browser.mjs';
import {built, headlineIs, headers, inWork, messageIs, open, panLeft, state, stateIs} from './opened.mjs';
import {serve} from './server.mjs';

const noVideo = missing || noFfmpeg();
const bars = () => document.querySelectorAll('#bars li').length;
const answered = (page) => page.until(bars);

// As a person moves a slider or chooses from a list.
const set = (page, id, value) => page.evaluate((name, to) => {
  const control = document.getElementById(name);
  control.value = to;
  for (const type of ['input', 'change'])
    control.dispatchEvent(new Event(type, {bubbles: true}));
}, id, value);

// ---- settings ---------------------------------------------------------------------------

test('how many, from what on, only which: seen at once, and kept', {skip: missing}, async (t) => {
  const {page, problems} = await open(t);
  await page.click('#open-sample');
  await answered(page);
  assert.equal(await page.evaluate(bars), 5);
  await set(page, 'top', 3);
  assert.equal(await page.evaluate(bars), 3);
  assert.equal(await page.text('#top-value'), '3');
  await set(page, 'threshold', 0.9);
  assert.equal(await page.text('#threshold-value'), '90 %');
  await set(page, 'smooth', 0);
  assert.equal(await page.text('#smooth-value'), 'off');
  await page.click('#only summary');
  await set(page, 'only-search', 'PAN');
  assert.equal(await page.text('#only-found'), '2 found');
  await page.click('#only-list li:not([hidden]) input');
  assert.equal(await page.text('#only-count'), '1 of 10');
  await page.until(() => document.querySelector('#bars').innerText.startsWith('pan left'));
  assert.equal(await page.evaluate(bars), 1);

  await page.reload();
  await page.until(() => document.body.dataset.model);
  assert.deepEqual(await page.evaluate(() => ['top', 'threshold', 'smooth'].map((id) => document.getElementById(id).value)),
      ['3', '0.9', '0']);
  assert.equal(await page.evaluate(() => document.querySelector('#only-count').textContent), '1 of 10');
  await page.click('#only summary');
  await page.click('#only-clear');
  assert.equal(await page.text('#only-count'), 'all 10');
  assert.deepEqual(problems, []);
});

test('settings that are damaged, or of another time, are none', {skip: missing}, async (t) => {
  const {page, problems} = await open(t);
  for (const kept of ['{', '7', '{"top": "many", "memory": "long ago", "only": {"x": ["y"]}, "model": "gone"}']) {
    await page.evaluate((text) => localStorage.setItem('movinet', text), kept);
    await page.reload();
    await page.until(() => document.body.dataset.model === 'ready');
    assert.deepEqual(await page.evaluate(() => ['top', 'memory'].map((id) => document.getElementById(id).value)),
        ['5', 'model']);
  }
  assert.deepEqual(problems, []);
});

test('another memory and another square: it begins anew', {skip: noVideo}, async (t) => {
  const {page} = await open(t);
  await page.choose('#video-file', panLeft(inWork('left.mp4')));
  await headlineIs(page, 'pan left');
  await set(page, 'memory', '0'); // begins anew
  await page.until(() => document.querySelector('#headline').textContent !== 'pan left');
  await set(page, 'preprocess', 'crop');
  await headlineIs(page, 'pan left');
});

// ---- pause, reset, what is saved --------------------------------------------------------

test('pause and go on, by button and by key; reset', {skip: missing}, async (t) => {
  const {page} = await open(t);
  await page.click('#open-sample');
  await headlineIs(page, 'pan left');
  await page.press('r');
  await page.until(() => document.querySelector('#headline').textContent !== 'pan left');
  await page.press(' '); // the button that was clicked is gone: nothing else takes the key
  await stateIs(page, 'paused');
  assert.equal(await page.text('#pause .text'), 'Go on');
  await page.click('#pause');
  await stateIs(page, 'running');
  await page.press(' '); // the button's own
  await stateIs(page, 'paused');
  await page.evaluate(() => document.querySelector('#keys').click());
  await page.evaluate(() => document.activeElement.blur());
  await page.press(' ');
  assert.equal(await state(page), 'paused'); // keys are off
});

async function download(page, ending) {
  for (let i = 0; i < 200; i++) {
    const found = [...page.downloads()].find(([name, bytes]) => name.endsWith(ending) && bytes.length);
    if (found)
      return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing was saved that ends in ${ending}`);
}

test('snapshot, CSV, JSON', {skip: missing}, async (t) => {
  const {page, problems} = await open(t);
  await page.click('#open-sample');
  await headlineIs(page, 'pan left');
  await page.press('s');
  const [picture, png] = await download(page, '.png');
  assert.match(picture, /^movinet-\d{8}-\d{6}\.png$/);
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [960, 540]);
  await page.click('#save-csv');
  const [, csv] = await download(page, '.csv');
  assert.match(csv.toString(), /^source,from,to,label,peak,clock,model\r\nSample,\d[\d.]*,,pan left,0\.\d+,20\d\d-[^,]*Z,Camera motion\r\n$/);
  await headlineIs(page, 'zoom in');
  await page.click('#save-json');
  const [, json] = await download(page, '.json');
  const [first, second] = JSON.parse(json);
  assert.deepEqual([first.label, second.label, second.to], ['pan left', 'zoom in', null]);
  assert.ok(first.to > first.from && first.peak > 0.3);
  await page.click('#clear-timeline');
  assert.equal(await page.evaluate(() => document.querySelectorAll('#seen li').length), 1);
  assert.deepEqual(problems, []);
});

// ---- cameras ----------------------------------------------------------------------------

test('a camera that looks at its user is a mirror, the other one not', {skip: missing}, async (t) => {
  const {page} = await open(t, {args: ['--use-fake-device-for-media-stream=device-count=2']});
  await page.click('#open-camera');
  await answered(page);
  const mirrored = () => document.querySelector('#picture').classList.contains('mirrored');
  assert.equal(await page.evaluate(mirrored), true); // a desk's
  const name = () => document.querySelector('#video').srcObject?.getVideoTracks()[0].label;
  const first = await page.evaluate(name);
  await page.click('#turn');
  await page.until((other) => {
    const now = document.querySelector('#video').srcObject?.getVideoTracks()[0].label;
    return document.body.dataset.state === 'running' && now && now !== other;
  }, first);
  await page.evaluate(() => document.querySelector('#mirror').click());
  assert.equal(await page.evaluate(mirrored), false);
});

test('a phone with one camera: it looks away, and there is no other', {skip: missing}, async (t) => {
  const {page} = await open(t, {phone: true});
  await page.click('#open-camera');
  await answered(page);
  assert.equal(await page.evaluate(() => document.querySelector('#picture').classList.contains('mirrored')), false);
  await page.click('#turn');
  await messageIs(page, /There is no other camera/);
  assert.equal(await state(page), 'running');
});

test('hidden, it stops and lets the camera go; the screen stays on while it runs', {skip: missing}, async (t) => {
  const {page, problems} = await open(t);
  await page.evaluate(() => {
    window.locks = [];
    navigator.wakeLock.request = async () => {
      const lock = {released: false, async release() { this.released = true; }};
      window.locks.push(lock);
      return lock;
    };
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (what) => (window.camera = await ask(what));
  });
  const locks = () => window.locks.map(({released}) => released);
  const camera = () => window.camera.getVideoTracks()[0].readyState;
  await page.click('#open-camera');
  await answered(page);
  assert.deepEqual([await page.evaluate(locks), await page.evaluate(camera)], [[false], 'live']);
  await page.hide(true);
  assert.deepEqual([await page.evaluate(locks), await page.evaluate(camera), await state(page)],
      [[true], 'ended', 'away']);
  await page.hide(false);
  await stateIs(page, 'running');
  await answered(page);
  assert.deepEqual([await page.evaluate(locks), await page.evaluate(camera)], [[true, false], 'live']);
  await page.click('#pause');
  assert.deepEqual(await page.evaluate(locks), [true, true]);
  assert.deepEqual(problems, []);
});

test('a file that is hidden goes on where it was', {skip: noVideo}, async (t) => {
  const {page} = await open(t);
  await page.choose('#video-file', panLeft(inWork('long.mp4'), 20));
  await answered(page);
  await page.hide(true);
  const at = await page.evaluate(() => document.querySelector('#video').paused && document.querySelector('#video').currentTime);
  assert.ok(at > 0);
  await page.hide(false);
  await page.until((before) => document.querySelector('#video').currentTime > before, at);
});

test('a camera that is unplugged: said, and back to the choice', {skip: missing}, async (t) => {
  const {page} = await open(t);
  await page.click('#open-camera');
  await answered(page);
  await page.evaluate(() => document.querySelector('#video').srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended')));
  await messageIs(page, /has ended/);
  assert.equal(await state(page), 'idle');
});

test('too few pictures: a warning, and none when there are enough', {skip: missing}, async (t) => {
  const slow = inWork('slow.y4m'), frame = Buffer.concat([Buffer.from('FRAME\n'), Buffer.alloc(64 * 48 * 3 / 2, 128)]);
  fs.writeFileSync(slow, Buffer.concat([Buffer.from('YUV4MPEG2 W64 H48 F2:1 Ip A1:1 C420\n'), frame, frame]));
  const {page} = await open(t, {camera: slow});
  await page.click('#open-camera');
  await page.until(() => !document.querySelector('#warning').hidden);
  assert.match(await page.text('#warning'), /too few pictures, 5 a second are needed/);
  assert.match(await page.text('#fps'), /^[1-3]\.\d of 5 fps$/);
});

// ---- sizes ------------------------------------------------------------------------------

// What sticks out at the sides, of all that can be seen.
function sticksOut() {
  return [...document.querySelectorAll('body *')].filter((element) => {
    const {left, right, width, height} = element.getBoundingClientRect();
    return width > 1 && height > 1 && element.checkVisibility() && !element.closest('#picture, .track, .symbols') &&
        (left < -1 || right > innerWidth + 1);
  }).map((element) => `${element.tagName} ${element.id} ${element.className}`);
}

const SIZES = [[320, 480], [320, 568], [360, 740], [568, 320], [740, 360], [768, 1024], [1024, 768], [1280, 800],
  [1920, 1080]];

test('from 320 pixels on nothing sticks out, turned or not', {skip: missing}, async (t) => {
  const {page, problems} = await open(t, {phone: true});
  const check = async (what) => {
    for (const [width, height] of SIZES) {
      await page.resize({width, height}, true);
      assert.deepEqual(await page.evaluate(sticksOut), [], `${what} at ${width}x${height}`);
      assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), width, what);
    }
  };
  await check('the choice');
  await page.click('#open-camera');
  await answered(page);
  await check('the camera');
  for (const panel of ['timeline', 'settings']) {
    await page.resize(PHONE, true);
    await page.click(`#show-${panel}`);
    await check(panel);
    await page.press('Escape');
  }
  assert.equal(await state(page), 'running');
  assert.deepEqual(problems, []);
});

// ---- errors of the surroundings ---------------------------------------------------------

test('the worker does not start: said in words', {skip: missing}, async (t) => {
  const folder = inWork('no-worker');
  fs.cpSync(built, folder, {recursive: true});
  fs.writeFileSync(`${folder}/movinet/movinet.wasm`, 'no module');
  const server = await serve({'/': folder}, {headers}), {page, close} = await launch();
  t.after(() => Promise.all([server.close(), close()]));
  await page.goto(server.url + '/');
  await messageIs(page, /WebAssembly/);
});
