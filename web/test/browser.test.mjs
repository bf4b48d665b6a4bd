// The driver of the other tests: what it sees is what there is. SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import {launch, missing} from './browser.mjs';
import {serve} from './server.mjs';

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'movinet-browser-'));
test.after(() => fs.rmSync(work, {recursive: true}));
const PAGE = `<!doctype html><meta name=viewport content="width=device-width">
  <link rel=icon href="data:,"><title>a page</title><video muted></video>`;
const WORKER = `self.addEventListener('fetch', (e) => e.respondWith(fetch('/from-worker.txt')));
  self.addEventListener('activate', (e) => e.waitUntil(clients.claim()));`;
fs.writeFileSync(path.join(work, 'index.html'), PAGE);
fs.writeFileSync(path.join(work, 'worker.js'), WORKER);
fs.writeFileSync(path.join(work, 'from-worker.txt'), 'from the worker');

async function start(t, options) {
  const server = await serve({'/': work}), chromium = await launch(options);
  t.after(() => Promise.all([server.close(), chromium.close()]));
  await chromium.page.goto(server.url + '/');
  return {server, ...chromium};
}

// The mean colour that the camera shows, or the name of the error.
function lookThrough() {
  return navigator.mediaDevices.getUserMedia({video: true}).then(async (stream) => {
    const video = document.querySelector('video');
    const context = new OffscreenCanvas(1, 1).getContext('2d');
    video.srcObject = stream;
    await video.play();
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    context.drawImage(video, 0, 0, 1, 1);
    return [video.videoWidth, video.videoHeight, ...context.getImageData(0, 0, 1, 1).data];
  }, (error) => error.name);
}

test('a camera that plays a file', {skip: missing}, async (t) => {
  const y4m = path.join(work, 'red.y4m');
  fs.writeFileSync(y4m, Buffer.concat([Buffer.from('YUV4MPEG2 W64 H48 F30:1 Ip A1:1 C420\n'),
    ...Array.from({length: 4}, () => Buffer.concat([Buffer.from('FRAME\n'),
      Buffer.alloc(64 * 48, 82), Buffer.alloc(32 * 24, 90), Buffer.alloc(32 * 24, 240)]))]));
  const {page, problems} = await start(t, {camera: y4m, phone: true});
  const [width, height, r, g, b] = await page.evaluate(lookThrough);
  assert.deepEqual([width / height, r > 200, g < 60, b < 60], [4 / 3, true, true, true]);
  assert.deepEqual(await page.evaluate(() => [innerWidth, devicePixelRatio, navigator.maxTouchPoints]),
      [360, 2, 1]);
  assert.deepEqual(problems, []);
});

test('no camera, and one that may not be used', {skip: missing}, async (t) => {
  for (const [camera, error] of [['none', 'NotFoundError'], ['denied', 'NotAllowedError']]) {
    const {page} = await start(t, {camera});
    assert.equal(await page.evaluate(lookThrough), error);
  }
});

test('requests and errors are seen, a service worker\'s too', {skip: missing}, async (t) => {
  const {page, server, requests, problems} = await start(t, {});
  assert.deepEqual(requests, [{url: server.url + '/', method: 'GET'}]);
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/worker.js');
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller)
      await new Promise((resolve) => setTimeout(resolve, 20));
  });
  assert.equal(await page.evaluate(() => fetch('/asked').then((r) => r.text())), 'from the worker');
  assert.ok(requests.some(({url}) => url.endsWith('/from-worker.txt')));
  assert.deepEqual(problems, []);
  await page.offline(true);
  assert.equal(await page.evaluate(() => fetch('/asked').then(() => 'there', () => 'gone')), 'gone');
});

test('nothing is reached but this machine, and what goes wrong is heard', {skip: missing}, async (t) => {
  const {page, requests, problems} = await start(t, {});
  await page.evaluate(() => {
    console.error('loud');
    setTimeout(() => { throw new Error('thrown'); });
    new Image().src = 'http://elsewhere.example/x.png';
  });
  for (let i = 0; i < 100 && problems.length < 4; i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  for (const heard of [/loud/, /thrown/, /elsewhere\.example.*ERR_NAME_NOT_RESOLVED/])
    assert.match(problems.join('\n'), heard);
  assert.ok(requests.some(({url}) => url === 'http://elsewhere.example/x.png'));
});

test('without a network', {skip: missing}, async (t) => {
  const {page} = await start(t, {});
  const ask = () => page.evaluate(() => fetch('/').then(() => 'there', () => 'gone'));
  assert.equal(await ask(), 'there');
  await page.offline(true);
  assert.equal(await ask(), 'gone');
  await page.offline(false);
  assert.equal(await ask(), 'there');
  await page.resize({width: 320, height: 480});
  assert.equal(await page.evaluate(() => innerWidth), 320);
});
