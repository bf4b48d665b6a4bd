// The sample: a little film that needs no camera, a camera that moves over a painted landscape.
// A source as those of sources.js. SPDX-License-Identifier: Apache-2.0
import {HEIGHT, WIDTH, paint} from './scene.js';

const SIZE = {width: 960, height: 540};
const SECONDS = 6;       // a shot
const FASTEST = 1 / 31;  // seconds between pictures

// Where the camera looks (of the painting's width and height), how near, how turned; and how
// that changes in a second. Its moves are those of docs/camera-motion.md.
const SHOTS = [
  {light: 'noon', seed: 3, x: 0.62, y: 0.6, dx: -0.05},
  {light: 'morning', seed: 8, x: 0.5, y: 0.58, zoom: 1.3, grow: 1.12},
  {light: 'dusk', seed: 5, x: 0.4, y: 0.76, dy: -0.058},
  {light: 'noon', seed: 11, x: 0.5, y: 0.6, turn: -0.3},
  {light: 'night', seed: 2, x: 0.36, y: 0.58, dx: 0.05},
  {light: 'morning', seed: 6, x: 0.5, y: 0.56, zoom: 2.6, grow: 0.89},
  {light: 'dusk', seed: 9, x: 0.55, y: 0.6},
];

function drawLayer(c, canvas, shot, seconds, near) {
  const {x, y, dx = 0, dy = 0, zoom = 1.5, grow = 1, turn = 0} = shot;
  const at = [(x + dx * near * seconds) * WIDTH, (y + dy * near * seconds) * HEIGHT];
  const scale = zoom * grow ** seconds, angle = turn * seconds;
  c.setTransform(1, 0, 0, 1, SIZE.width / 2, SIZE.height / 2);
  c.rotate(angle);
  c.scale(scale, scale);
  c.drawImage(canvas, -at[0], -at[1]);
}

export function openSample(canvas) {
  Object.assign(canvas, SIZE);
  const c = canvas.getContext('2d', {alpha: false});
  let shown = -1, painted, seconds = 0, last = null, on = true, playing = true;

  // Gives whether it is the first picture of a shot.
  function draw() {
    const number = Math.floor(seconds / SECONDS), shot = SHOTS[number % SHOTS.length];
    const cut = number !== shown;
    if (cut)
      painted = paint(shot.light, shot.seed);
    shown = number;
    drawLayer(c, painted.back, shot, seconds - number * SECONDS, 0.85);
    drawLayer(c, painted.front, shot, seconds - number * SECONDS, 1.15);
    return cut;
  }

  draw();
  return {
    kind: 'sample', name: 'Sample', picture: canvas, live: false, seekable: false, mirrored: false,
    start(onFrame) {
      const step = (now) => {
        if (!on)
          return;
        requestAnimationFrame(step);
        if (!playing || last !== null && now / 1000 - last < FASTEST)
          return;
        seconds += last === null ? 0 : Math.min(now / 1000 - last, 1);
        last = now / 1000;
        onFrame(seconds, {cut: draw()});
      };
      requestAnimationFrame(step);
    },
    pause() { playing = false; },
    resume() {
      playing = true;
      last = null;
    },
    stop() { on = false; },
  };
}
