// A headless Chromium (Debian's) for tests. Everything is gone after close(): the processes, the
// profile.
//
//     import {launch, missing} from './browser.mjs';
//     test('the page opens', {skip: missing}, async (t) => {
//       const {page, requests, problems, close} = await launch({camera: 'clip.y4m', phone: true});
//       t.after(close);
//       await page.goto(url);
//       ...
//       assert.deepEqual(problems, []);
//     });
//
// SPDX-License-Identifier: Apache-2.0
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {DevTools} from './devtools.mjs';
import {Page} from './page.mjs';

const program = [process.env.MOVINET_CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome']
    .find((file) => file && fs.existsSync(file));

/** false, or why there is no browser to test with: for {skip: missing}. */
export const missing = program ? false : 'there is no chromium';

// Nothing but this machine is reached, and the browser does not try by itself.
const ARGS = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-sync', '--disable-background-networking', '--disable-component-update',
  '--disable-default-apps', '--disable-extensions', '--disable-dev-shm-usage', '--mute-audio',
  '--password-store=basic', '--autoplay-policy=no-user-gesture-required',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1',
];

/** What a phone and a desktop are, for launch({phone}) and resize(). */
export const PHONE = {width: 360, height: 740}, DESKTOP = {width: 1280, height: 800};

// A file that is played in a loop in the camera's place; 'none'; 'denied'; 'test': a picture of
// Chromium's own.
function cameraArgs(camera) {
  if (camera === 'none')
    return [];
  const args = ['--use-fake-device-for-media-stream'];
  if (camera !== 'denied')
    args.push('--use-fake-ui-for-media-stream');
  if (camera !== 'denied' && camera !== 'test')
    args.push(`--use-file-for-fake-video-capture=${camera}`);
  return args;
}

/**
 * camera: a .y4m or .mjpeg file, 'test', 'none' or 'denied'; size: of the window; phone: touch, a
 * phone's pixels and size; dark: prefers-color-scheme; args: more for Chromium. Gives:
 *   page           see page.mjs
 *   requests       [{url, method}] of all pages and workers so far
 *   problems       errors in the console, exceptions, failed requests: lines of text
 *   close()
 */
export async function launch({camera = 'test', size, phone = false, dark = false,
                              args = []} = {}) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'movinet-chromium-'));
  const tools = new DevTools(program, [...ARGS, `--user-data-dir=${profile}`,
    ...cameraArgs(camera), ...args]);
  const close = async () => {
    await tools.close();
    fs.rmSync(profile, {recursive: true, force: true, maxRetries: 5});
  };
  try {
    if (camera === 'denied')
      await tools.send('Browser.setPermission', {permission: {name: 'camera'}, setting: 'denied'});
    await tools.send('Browser.setDownloadBehavior', {behavior: 'allow', downloadPath: profile});
    const page = await Page.open(tools, profile);
    await page.resize(size ?? (phone ? PHONE : DESKTOP), phone);
    await page.scheme(dark ? 'dark' : 'light');
    return {page, requests: page.requests, problems: page.problems, close};
  } catch (error) {
    await close();
    throw error;
  }
}

/** false, or why clips cannot be made into cameras: for {skip}. */
export function noFfmpeg() {
  try {
    execFileSync('ffmpeg', ['-version'], {stdio: 'ignore'});
    return false;
  } catch {
    return 'there is no ffmpeg';
  }
}

/** Writes `seconds` of a video as a camera would give it, for launch({camera}). Needs ffmpeg. */
export function cameraFile(video, file, {width = 640, height = 480, rate = 15, seconds = 10} = {}) {
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', video, '-t', String(seconds), '-an', '-vf',
    `fps=${rate},scale=${width}:${height}`, '-pix_fmt', 'yuv420p', file], {stdio: 'inherit'});
  return file;
}
