// A picture of what is seen, with the answers written under it.
// SPDX-License-Identifier: Apache-2.0
import {save} from './page.js';
import {percent, stamp} from './words.js';

const FONT = 'system-ui, sans-serif';

function drawAnswers(c, answers, {width, height, line}) {
  answers.forEach(({label, score}, i) => {
    const y = height - line * (answers.length - i) - line * 0.3, wide = Math.min(width - 2 * line, line * 16);
    c.font = `${i ? 400 : 600} ${Math.round(line * 0.62)}px ${FONT}`;
    c.fillStyle = '#fff';
    c.textAlign = 'left';
    c.fillText(label, line, y, wide - 3 * line);
    c.textAlign = 'right';
    c.fillText(percent(score), line + wide, y);
    c.fillStyle = '#ffffff50';
    c.fillRect(line, y + line * 0.16, wide, line * 0.1);
    c.fillStyle = '#7ce0c3';
    c.fillRect(line, y + line * 0.16, wide * score, line * 0.1);
  });
}

/** picture: a <video> or <canvas>; answers: [{label, score}]. Saves a PNG. */
export async function snapshot(picture, answers) {
  const width = picture.videoWidth || picture.width, height = picture.videoHeight || picture.height;
  const canvas = Object.assign(document.createElement('canvas'), {width, height});
  const c = canvas.getContext('2d'), line = Math.max(16, Math.min(width, height) / 16);
  c.drawImage(picture, 0, 0);
  const shade = c.createLinearGradient(0, height - line * (answers.length + 3), 0, height);
  shade.addColorStop(0, '#0000');
  shade.addColorStop(1, '#000c');
  c.fillStyle = shade;
  c.fillRect(0, 0, width, height);
  drawAnswers(c, answers, {width, height, line});
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  save(`movinet-${stamp(new Date())}.png`, blob);
}
