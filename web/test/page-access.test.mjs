// The page by keyboard, by ear, and for eyes that need contrast. SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import {missing, PHONE} from './browser.mjs';
import {headlineIs, inWork, messageIs, open, stateIs} from './opened.mjs';

const focused = () => document.activeElement.id || document.activeElement.className || document.activeElement.tagName;

// The controls that Tab comes to, from the beginning, until it leaves the page.
async function walk(page) {
  const ids = [];
  await page.evaluate(() => document.activeElement.blur());
  for (let i = 0; i < 60; i++) {
    await page.press('Tab');
    const id = await page.evaluate(focused);
    if (id === 'BODY' || id === ids[0])
      return ids;
    const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(ring, 'solid', `${id} does not show that it has the focus`);
    ids.push(id);
  }
  return ids;
}

test('the choice by keyboard: everything is reached, in its order, and seen to be', {skip: missing}, async (t) => {
  const {page} = await open(t, {phone: true});
  assert.deepEqual(await walk(page), ['open-camera', 'open-file', 'open-screen', 'open-sample', 'other-model']);
  await page.resize({width: 1280, height: 800});
  const all = await walk(page);
  for (const id of ['open-camera', 'model', 'open-model', 'top', 'threshold', 'smooth', 'memory', 'preprocess', 'keys'])
    assert.ok(all.includes(id), `${id}: ${all}`);
});

test('a whole visit by keyboard', {skip: missing}, async (t) => {
  const {page, problems} = await open(t, {phone: true});
  const go = async (id) => {
    for (let i = 0; i < 40 && await page.evaluate(focused) !== id; i++)
      await page.press('Tab');
    assert.equal(await page.evaluate(focused), id);
  };
  await go('open-sample');
  await page.press('Enter');
  await stateIs(page, 'running');
  assert.equal(await page.evaluate(focused), 'pause');
  await page.press('Enter');
  await stateIs(page, 'paused');
  await page.press(' ');
  await stateIs(page, 'running');
  await page.press('t');
  assert.equal(await page.evaluate(focused), 'timeline');
  await page.press('Escape');
  assert.equal(await page.evaluate(focused), 'show-timeline');
  await page.press('Tab');
  await page.press('Enter');
  assert.equal(await page.evaluate(focused), 'settings');
  assert.equal(await page.evaluate(() => document.querySelector('#show-settings').ariaExpanded), 'true');
  await go('top');
  await page.press('ArrowRight');
  assert.equal(await page.text('#top-value'), '6');
  await page.press('Escape');
  await go('back');
  await page.press('Enter');
  await stateIs(page, 'idle');
  assert.equal(await page.evaluate(focused), 'open-camera');
  await go('other-model');
  await page.press('Enter');
  assert.equal(await page.evaluate(focused), 'model');
  await page.press('Escape');
  assert.equal(await page.evaluate(focused), 'other-model');
  assert.deepEqual(problems, []);
});

test('every control has a name', {skip: missing}, async (t) => {
  const {page} = await open(t);
  const check = async () => {
    const nodes = await page.accessible();
    const controls = nodes.filter(({role}) => /^(button|slider|checkbox|combobox|searchbox|textbox|listbox)$/.test(role));
    assert.ok(controls.length > 12, `${controls.length} controls`);
    assert.deepEqual(controls.filter(({name}) => !name.trim()), []);
    return nodes.map(({role, name}) => `${role} ${name}`);
  };
  assert.ok((await check()).includes('button Use the camera'));
  await page.click('#open-sample');
  await headlineIs(page, 'pan left');
  const running = await check();
  for (const wanted of ['button Pause', 'button Reset', 'button Snapshot', 'list Most probable classes',
    'complementary Timeline and settings', 'heading Timeline', 'heading Settings'])
    assert.ok(running.includes(wanted), wanted);
});

test('what is new is said aloud, and nothing else', {skip: missing}, async (t) => {
  const {page} = await open(t);
  await page.evaluate(() => {
    window.said = [];
    new MutationObserver(() => window.said.push(document.querySelector('#spoken').textContent))
        .observe(document.querySelector('#spoken'), {childList: true});
  });
  const live = () => ['bars', 'headline', 'fps', 'ms', 'seen', 'seek-time'].filter((id) =>
    document.getElementById(id).closest('[aria-live], [role=status], [role=alert], [role=log]'));
  assert.deepEqual(await page.evaluate(live), []); // these change all the time
  await page.click('#open-sample');
  await page.until(() => window.said.length >= 2);
  assert.deepEqual((await page.evaluate(() => window.said)).slice(0, 2), ['pan left', 'zoom in']);
});

// ---- contrast ---------------------------------------------------------------------------

// All texts on the screen that can be read: where they are and their colour.
function texts() {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const {x, y, width, height} = range.getBoundingClientRect();
    const inside = x >= 0 && y >= 0 && x + width <= innerWidth && y + height <= innerHeight;
    const scrolls = element.closest('#only-list, .body, #seen');
    const top = inside && [[x + 1, y + 1], [x + width - 1, y + height - 1]].every((corner) => {
      const there = document.elementFromPoint(...corner), over = there?.closest('.panel, #message');
      return scrolls ? scrolls.contains(there) : !over || over.contains(element);
    });
    if (!walker.currentNode.textContent.trim() || width < 2 || !top || !element.checkVisibility() ||
        element.closest(':disabled, .hidden, option'))
      continue;
    const {color, fontSize, fontWeight} = getComputedStyle(element);
    const large = parseFloat(fontSize) >= 24 || parseFloat(fontSize) >= 18.66 && fontWeight >= 700;
    found.push({text: walker.currentNode.textContent.trim().slice(0, 40), x, y, width, height, color, large});
  }
  return found;
}

function hideTexts(yes) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { color: #0000 !important; text-shadow: none !important; }');
  document.adoptedStyleSheets = yes ? [sheet] : [];
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}

// The least contrast of each text with what is behind it (WCAG 2.2, 1.4.3): those that have too little.
async function tooPale(png, all) {
  const bytes = Uint8Array.from(atob(png), (c) => c.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes])), scale = image.width / innerWidth;
  const canvas = new OffscreenCanvas(image.width, image.height), c = canvas.getContext('2d');
  c.drawImage(image, 0, 0);
  const linear = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (r, g, b) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  return all.map(({text, x, y, width, height, color, large}) => {
    const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number);
    const {data} = c.getImageData(x * scale, y * scale, Math.ceil(width * scale), Math.ceil(height * scale));
    const ratios = [];
    for (let i = 0; i < data.length; i += 4 * 7) {
      const over = [r, g, b].map((v, k) => a * v + (1 - a) * data[i + k]);
      const [one, other] = [light(...over), light(data[i], data[i + 1], data[i + 2])].sort((p, q) => q - p);
      ratios.push((one + 0.05) / (other + 0.05));
    }
    ratios.sort((p, q) => p - q);
    return {text, color, ratio: Number(ratios[Math.floor(ratios.length / 50)].toFixed(2)), wanted: large ? 3 : 4.5};
  }).filter(({ratio, wanted}) => ratio < wanted);
}

test('texts have contrast (AA), dark and light, over a white picture too', {skip: missing}, async (t) => {
  const white = inWork('white.y4m'), picture = Buffer.alloc(64 * 48 * 3 / 2, 128).fill(235, 0, 64 * 48);
  fs.writeFileSync(white, Buffer.concat([Buffer.from('YUV4MPEG2 W64 H48 F15:1 Ip A1:1 C420\nFRAME\n'), picture]));
  const {page} = await open(t, {phone: true, camera: white});
  const check = async (what) => {
    for (const scheme of ['light', 'dark']) {
      await page.scheme(scheme, true);
      const all = await page.evaluate(texts);
      assert.ok(all.length > 3, `${what}: ${all.length} texts`);
      await page.evaluate(hideTexts, true);
      const png = await page.screenshot();
      await page.evaluate(hideTexts, false);
      assert.deepEqual(await page.evaluate(tooPale, png, all), [], `${what}, ${scheme}`);
    }
  };
  await check('the choice');
  await page.click('#open-camera');
  await page.until(() => document.querySelector('#bars li') && document.querySelector('#fps').textContent);
  await page.click('#pause');
  await check('the camera');
  await page.resize({width: 740, height: 360}, true);
  await check('the camera, on its side');
  await page.resize(PHONE, true);
  await page.click('#show-timeline');
  await check('the timeline');
  await page.click('#timeline .close');
  await page.click('#show-settings');
  await check('the settings');
  await page.click('#only summary');
  await check('the classes');
  fs.writeFileSync(inWork('bad.tflite'), 'bad');
  await page.drop(inWork('bad.tflite'));
  await messageIs(page, /^bad: /);
  await check('a message');
});
