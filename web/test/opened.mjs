// The page, built, served and opened, for its tests. SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import {fileURLToPath} from 'node:url';
import {buildPage} from '../build-page.mjs';
import {launch} from './browser.mjs';
import {serve} from './server.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shared = process.env.MOVINET_SHARED ?? path.join(root, '../shared');

export const OWN = path.join(root, 'models/camera-motion.tflite');
export const A0 = path.join(shared, 'models/movinet_a0_stream_int8_k600.tflite');
export const CLIP = path.join(shared, 'clips/carving_ice_pi.mp4');
export const noShared = fs.existsSync(A0) && fs.existsSync(CLIP) ? false : `no models and clips in ${shared}`;

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'movinet-page-'));
test.after(() => fs.rmSync(work, {recursive: true}));
export const inWork = (name) => path.join(work, name);

/** The page with the project's own model. */
export const built = inWork('page');
await buildPage(built, [OWN]);

/** Writes a video: a camera that goes to the left over a picture that stands. Needs ffmpeg. */
export function panLeft(file, seconds = 6) {
  if (!fs.existsSync(file))
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=s=1600x360:r=15:d=1', '-vf',
      `trim=end_frame=1,loop=-1:1,setpts=N/15/TB,crop=480:360:(1-t/${seconds})*1120:0`,
      '-r', '15', '-t', String(seconds), '-pix_fmt', 'yuv420p', file], {stdio: 'inherit'});
  return file;
}

// As docs/browser.md asks servers to.
const [, policy] = /Content-Security-Policy" content="([^"]*)"/
    .exec(fs.readFileSync(path.join(built, 'index.html'), 'utf8'));
export const headers = {'content-security-policy': `${policy}; frame-ancestors 'none'`,
  'permissions-policy': 'camera=(self), display-capture=(self)'};

/** What launch() gives, and the server, when the page has its model. folder: another page. */
export async function open(t, {folder = built, ...options} = {}) {
  const server = await serve({'/': folder}, {headers}), chromium = await launch(options);
  t.after(() => Promise.all([server.close(), chromium.close()]));
  await chromium.page.goto(server.url + '/');
  await chromium.page.until(() => document.body.dataset.model);
  return {server, ...chromium};
}

export const headline = (page) => page.text('#headline');

export const headlineIs = (page, text) => page.until((label) =>
  document.querySelector('#headline').textContent === label, text);

export const state = (page) => page.evaluate(() => document.body.dataset.state);

export const stateIs = (page, wanted) => page.until((s) => document.body.dataset.state === s, wanted);

export async function messageIs(page, pattern) {
  await page.until(() => !document.querySelector('#message').hidden);
  assert.match(await page.text('#message-text'), pattern);
}
