// node web/icons.mjs: the icons of web/page/icons/ from icon.svg, drawn by Chromium. For whoever
// changes the drawing; the results are part of the repository. SPDX-License-Identifier: Apache-2.0
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {launch} from './test/browser.mjs';

const folder = fileURLToPath(new URL('page/icons', import.meta.url));
const svg = fs.readFileSync(path.join(folder, 'icon.svg'), 'utf8');
// Where the system cuts the corners itself there are none of our own, and nothing stands near them.
const whole = svg.replace('rx="15"', '').replace('viewBox="0 0 64 64"', 'viewBox="-4 -4 72 72"')
    .replace('<rect width="64" height="64"', '<rect x="-4" y="-4" width="72" height="72"');
const icons = [['192.png', svg, 192], ['512.png', svg, 512], ['maskable.png', whole, 512],
  ['touch.png', whole, 180]];

async function draw(text, side) {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(text.replace('<svg ', `<svg width="${side}" height="${side}" `))}`;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), {width: side, height: side});
  canvas.getContext('2d').drawImage(image, 0, 0, side, side);
  return canvas.toDataURL('image/png').split(',')[1];
}

const {page, close} = await launch();
try {
  for (const [name, text, side] of icons)
    fs.writeFileSync(path.join(folder, name), Buffer.from(await page.evaluate(draw, text, side), 'base64'));
} finally {
  await close();
}
