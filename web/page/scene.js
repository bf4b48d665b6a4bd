// A landscape to look at, painted anew from numbers: sky, mountains, hills, trees, houses.
// SPDX-License-Identifier: Apache-2.0

/** Of the whole painting. What is near stands on a layer of its own. */
export const WIDTH = 2400, HEIGHT = 1200;

export const LIGHTS = {
  morning: {sky: ['#7ba7d9', '#fbe3c4'], disc: '#fff3d1', far: '#8c9bb5', hills: ['#7f9a86', '#5f8367',
    '#476b4d'], tree: ['#33573f', '#416b3e', '#5b7f45'], wall: ['#e8d8c3', '#c98f6b', '#b7c0c2'],
    roof: '#8b4a3b', window: '#3d4852', cloud: '#ffffffb0'},
  noon: {sky: ['#2f7fc9', '#b9def2'], disc: '#ffffff', far: '#7d93a8', hills: ['#8aa75a', '#6d9446',
    '#517c38'], tree: ['#2c5a2c', '#3d7033', '#56883b'], wall: ['#f1ece2', '#d9b38c', '#a9b8c9'],
    roof: '#a5533d', window: '#2f3b47', cloud: '#ffffffd0'},
  dusk: {sky: ['#3a2f5b', '#f08a5d'], disc: '#ffd08a', far: '#5a4a72', hills: ['#5b4a63', '#4a3d55',
    '#372f45'], tree: ['#231f33', '#2c2740', '#3a3150'], wall: ['#8b6a72', '#6f5566', '#564a63'],
    roof: '#3b2a3a', window: '#ffd98a', cloud: '#f7b38d80'},
  night: {sky: ['#0b1330', '#2b3f6b'], disc: '#f4f1de', far: '#22304f', hills: ['#1f2e45', '#192639',
    '#131e2e'], tree: ['#0d1622', '#12202d', '#182a36'], wall: ['#39445a', '#2d384c', '#465066'],
    roof: '#1a2130', window: '#ffe39c', cloud: '#8fa3c840'},
};

/** Numbers from 0 to 1, always the same ones for the same seed (mulberry32). */
export function numbers(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

function layer() {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, {width: WIDTH, height: HEIGHT});
  return canvas.getContext('2d');
}

// Height over x of a ridge: waves of different lengths on one another.
function ridge(random, base, height) {
  const waves = Array.from({length: 6}, (_, i) => ({length: 500 / (i + 1) / (0.7 + random()),
    height: height / (i + 1) ** 1.2, shift: random() * 7}));
  return (x) => base + waves.reduce((y, w) => y + w.height * Math.sin(x / w.length + w.shift), 0);
}

function fillBelow(c, line, colour) {
  c.fillStyle = colour;
  c.beginPath();
  c.moveTo(0, HEIGHT);
  for (let x = 0; x <= WIDTH; x += 6)
    c.lineTo(x, line(x));
  c.lineTo(WIDTH, HEIGHT);
  c.fill();
}

function paintSky(c, light, random) {
  const sky = c.createLinearGradient(0, 0, 0, HEIGHT * 0.62);
  light.sky.forEach((colour, i) => sky.addColorStop(i, colour));
  c.fillStyle = sky;
  c.fillRect(0, 0, WIDTH, HEIGHT);
  c.fillStyle = light.disc;
  for (let i = 0; i < (light === LIGHTS.night ? 500 : 0); i++)
    c.fillRect(random() * WIDTH, random() * HEIGHT * 0.5, 1 + 2 * random(), 1 + 2 * random());
  c.beginPath();
  c.arc(WIDTH * (0.35 + 0.3 * random()), HEIGHT * 0.26, 56, 0, 7);
  c.fill();
  c.fillStyle = light.cloud;
  for (let i = 0; i < 34; i++) {
    const x = random() * WIDTH, y = HEIGHT * (0.02 + 0.42 * random()), size = 14 + 34 * random();
    for (let puff = 0; puff < 6; puff++) {
      c.beginPath();
      c.ellipse(x + puff * size * 0.8, y + size * 0.4 * (random() - 0.5), size * (0.7 + random() * 0.6),
          size * (0.35 + random() * 0.25), 0, 0, 7);
      c.fill();
    }
  }
}

function paintTree(c, x, y, size, light, random) {
  c.fillStyle = '#3b2b20';
  c.fillRect(x - size * 0.05, y - size * 0.5, size * 0.1, size * 0.5);
  c.fillStyle = light.tree[Math.floor(random() * 3)];
  if (random() < 0.5) {
    for (let i = 0; i < 3; i++) { // a fir
      const top = y - size * (1.1 - i * 0.25), wide = size * (0.2 + i * 0.09);
      c.beginPath();
      c.moveTo(x, top);
      c.lineTo(x + wide, top + size * 0.42);
      c.lineTo(x - wide, top + size * 0.42);
      c.fill();
    }
    return;
  }
  for (let i = 0; i < 7; i++) {
    c.beginPath();
    c.arc(x + size * 0.5 * (random() - 0.5), y - size * (0.5 + 0.5 * random()), size * 0.2, 0, 7);
    c.fill();
  }
}

function paintHouse(c, x, y, size, light, random) {
  const high = size * (0.7 + 0.6 * random());
  c.fillStyle = light.wall[Math.floor(random() * 3)];
  c.fillRect(x, y - high, size, high);
  c.fillStyle = light.roof;
  c.beginPath();
  c.moveTo(x - size * 0.1, y - high);
  c.lineTo(x + size / 2, y - high - size * 0.45);
  c.lineTo(x + size * 1.1, y - high);
  c.fill();
  c.fillStyle = light.window;
  for (let row = 0.15; row < high / size - 0.2; row += 0.34)
    for (let column = 0.14; column < 0.8; column += 0.3)
      c.fillRect(x + column * size, y - high + row * size, size * 0.15, size * 0.19);
}

// Fields in stripes, and grass in tufts.
function paintGround(c, line, light, random) {
  c.lineCap = 'round';
  for (let i = 0; i < 40; i++) {
    const x = random() * WIDTH, y = 30 + 330 * random(), wide = 60 + 160 * random();
    c.strokeStyle = light.tree[i % 3] + '30';
    c.lineWidth = 2 + 3 * random();
    c.beginPath();
    for (let row = 0; row < 7; row++) {
      c.moveTo(x + row * 5, line(x) + y + row * 9);
      c.quadraticCurveTo(x + wide / 2, line(x + wide / 2) + y - 8 + row * 9, x + wide, line(x + wide) + y + row * 9);
    }
    c.stroke();
  }
  c.lineWidth = 1.5;
  for (let i = 0; i < 2200; i++) {
    const x = random() * WIDTH, y = line(x) + 8 + random() ** 1.5 * 420, size = 3 + 5 * random();
    c.strokeStyle = light.tree[i % 3] + 'a0';
    c.beginPath();
    for (const lean of [-0.6, 0, 0.6]) {
      c.moveTo(x, y);
      c.lineTo(x + lean * size, y - size);
    }
    c.stroke();
  }
}

/** {back, front}: two canvases. */
export function paint(light, seed) {
  const random = numbers(seed), back = layer(), front = layer(), colours = LIGHTS[light];
  paintSky(back, colours, random);
  fillBelow(back, ridge(random, HEIGHT * 0.5, 70), colours.far);
  for (let i = 0; i < 2; i++) {
    const line = ridge(random, HEIGHT * (0.56 + 0.06 * i), 34);
    fillBelow(back, line, colours.hills[i]);
    for (let x = 0; x < WIDTH; x += 14 + 50 * random())
      paintTree(back, x, line(x) + 24 * random(), 26 + 26 * random(), colours, random);
    paintGround(back, line, colours, random);
  }
  const near = ridge(random, HEIGHT * 0.7, 26);
  fillBelow(front, near, colours.hills[2]);
  paintGround(front, near, colours, random);
  for (let x = 0; x < WIDTH; x += 60 + 90 * random()) {
    const house = random() < 0.4, size = 60 + 60 * random();
    (house ? paintHouse : paintTree)(front, x, near(x) + 10 + 50 * random(), size * (house ? 0.8 : 1.3),
        colours, random);
  }
  return {back: back.canvas, front: front.canvas};
}
