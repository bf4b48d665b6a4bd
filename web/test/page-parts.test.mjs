// The parts of the page that need no browser. SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';
import {Announcer, best, Smoother} from '../page/answers.js';
import {Memory} from '../page/memory.js';
import {Meter, Pace} from '../page/pace.js';
import {Timeline} from '../page/timeline.js';
import {clock, milliseconds, percent} from '../page/words.js';

const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

// ---- which pictures are taken -----------------------------------------------------------

function taken(times, rate = 5) {
  const pace = new Pace(rate);
  return times.filter((time) => pace.due(time) && (pace.took(time), true));
}

test('five pictures a second, out of however many come', () => {
  for (const rate of [5, 10, 15, 24, 29.97, 30, 60, 120]) {
    const times = Array.from({length: 10 * rate}, (_, i) => i / rate), all = taken(times);
    assert.ok(Math.abs(all.length - 50) <= 1, `${rate} a second: ${all.length}`);
    for (let i = 1; i < all.length; i++)
      assert.ok(all[i] - all[i - 1] < 0.2 + 1 / rate + 0.006, `${rate}: ${all[i - 1]} to ${all[i]}`);
  }
  assert.equal(taken([0, 0.1996, 0.4004, 0.5996]).length, 4); // rounded to milliseconds
  assert.deepEqual(taken([0, 1, 2]), [0, 1, 2]);
  assert.equal(taken([0, 3, 3.05, 3.1, 3.15, 3.2]).length, 3); // after a gap nothing is made up
});

test('one that could not be taken is taken as soon as it can be', () => {
  const pace = new Pace(5);
  pace.took(0);
  assert.deepEqual([0.1, 0.2, 0.23].map((time) => pace.due(time)), [false, true, true]);
  pace.took(0.23); // not the one of 0.2: it was busy
  assert.equal(pace.due(0.4), true);
});

test('time that runs back begins anew', () => {
  assert.deepEqual(taken([5, 5.1, 5.2, 1, 1.1, 1.2]), [5, 5.2, 1, 1.2]);
});

test('the rate is measured, and falls when nothing comes', () => {
  const meter = new Meter();
  assert.equal(meter.rate(0), null);
  for (let i = 0; i < 20; i++)
    meter.add(i / 4);
  near(meter.rate(4.8), 4);
  assert.ok(meter.rate(8) < 2);
  meter.reset();
  assert.equal(meter.rate(9), null);
});

// ---- answers ----------------------------------------------------------------------------

test('smoothing goes by time and not by pictures', () => {
  const fine = new Smoother(1), coarse = new Smoother(1);
  fine.push(0, [0, 1]);
  coarse.push(0, [0, 1]);
  let values;
  for (let i = 1; i <= 10; i++)
    values = fine.push(i / 10, [1, 1]);
  near(values[0], 1 - Math.exp(-1));
  near(coarse.push(1, [1, 1])[0], values[0]);
  near(values[1], 1);
  near(fine.push(0.5, [0.25, 0])[0], 0.25); // back in time: the first again
  fine.reset();
  near(fine.push(9, [0.5, 0])[0], 0.5);
  near(new Smoother(0).push(0, [0.3])[0], 0.3);
});

test('the best classes', () => {
  const scores = [0.1, 0.5, 0.3, 0.1], places = (...all) => best(...all).map(({index}) => index);
  assert.deepEqual(places(scores, 3), [1, 2, 0]);
  assert.deepEqual(best(scores, 9, (i) => i !== 1), [{index: 2, score: 0.3}, {index: 0, score: 0.1},
    {index: 3, score: 0.1}]);
  // What reads the same keeps its place, and what does not, does not.
  assert.deepEqual(places([0.011, 0.012, 0.5], 3, undefined, [{index: 2}, {index: 0}]), [2, 0, 1]);
  assert.deepEqual(places([0.01, 0.03, 0.5], 3, undefined, [{index: 0}, {index: 1}]), [2, 1, 0]);
});

// Scores of two classes at 5 a second; gives what was announced as text.
function announce(scores, options, allowed) {
  const announcer = new Announcer({threshold: 0.5, hold: 0.4, ...options});
  const events = scores.flatMap((pair, i) => announcer.push(i / 5, pair, allowed));
  return [...events, ...announcer.finish()].map(({kind, index, from, to, peak}) =>
    kind === 'begin' ? `${index} from ${from.toFixed(1)}` : `${index} to ${to.toFixed(1)} peak ${peak}`);
}

test('a class is announced when it has held, and ends when it was below', () => {
  const seen = [0.9, 0.9, 0.9, 0.8, 0.1, 0.1, 0.1, 0.1].map((a) => [a, 0]);
  assert.deepEqual(announce(seen), ['0 from 0.0', '0 to 0.8 peak 0.9']);
  assert.deepEqual(announce([0.9, 0.1, 0.9, 0.1, 0.9].map((a) => [a, 0])), []); // flicker
  assert.deepEqual(announce([0.9, 0.9, 0.9, 0.4, 0.4, 0.4, 0.4].map((a) => [a, 0])), // between
      ['0 from 0.0', '0 to 1.2 peak 0.9']);
  assert.deepEqual(announce(seen, {}, (i) => i !== 0), []);
  assert.deepEqual(announce(seen, {threshold: 0.95}), []);
  assert.deepEqual(announce([[0.9, 0]], {hold: 0}), ['0 from 0.0', '0 to 0.0 peak 0.9']);
});

test('another takes its place when it was above it for as long', () => {
  const scores = [[0.8, 0], [0.8, 0], [0.8, 0], [0.6, 0.7], [0.6, 0.7], [0.6, 0.7], [0.6, 0.7]];
  assert.deepEqual(announce(scores),
      ['0 from 0.0', '0 to 1.0 peak 0.8', '1 from 0.6', '1 to 1.2 peak 0.7']);
});

// ---- memory -----------------------------------------------------------------------------

// A model whose score is how many pictures a stream has seen.
function counting() {
  return {openStream() {
    let n = 0;
    return {push() { n++; }, reset() { n = 0; }, close() {}, get scores() { return [n]; }};
  }};
}

test('a memory of some seconds is never younger than half of them, and never older', () => {
  const memory = new Memory(counting(), {seconds: 4}), ages = [], ready = [];
  for (let i = 0; i < 60; i++) {
    ages.push(memory.push(null, i / 5)[0]);
    ready.push(memory.ready);
  }
  assert.deepEqual(ages.slice(0, 10), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.ok(ages.slice(10).every((n) => n >= 10 && n <= 21), `${ages}`);
  assert.equal(ready.indexOf(true), 10);
  assert.equal(memory.push(null, 1)[0], 1); // time ran back
  assert.equal(memory.ready, false);
});

test('a memory of everything', () => {
  const memory = new Memory(counting());
  for (let i = 0; i < 100; i++)
    memory.push(null, i / 5);
  assert.equal(memory.push(null, 20)[0], 101);
  assert.equal(memory.ready, true);
  memory.reset();
  assert.equal(memory.push(null, 3)[0], 1);
});

// ---- timeline ---------------------------------------------------------------------------

test('the timeline as CSV and JSON', () => {
  const timeline = new Timeline(), about = {source: 'a "b", c.mp4', model: 'm', clock: '2026-01-01T00:00:00Z'};
  timeline.take({kind: 'begin', from: 1.23456, peak: 0.5}, {...about, label: '=1+1'});
  timeline.take({kind: 'end', to: 2, peak: 0.98765}, {...about, label: 'x'});
  timeline.take({kind: 'begin', from: 3, peak: 0.5}, {...about, label: 'carving ice'});
  timeline.update(0.6);
  assert.equal(timeline.csv(), 'source,from,to,label,peak,clock,model\r\n' +
    '"a ""b"", c.mp4",1.23,2,\'=1+1,0.988,2026-01-01T00:00:00Z,m\r\n' +
    '"a ""b"", c.mp4",3,,carving ice,0.6,2026-01-01T00:00:00Z,m\r\n');
  const [first, second] = JSON.parse(timeline.json());
  assert.deepEqual([first.label, first.to, second.to], ['=1+1', 2, null]);
  timeline.clear(); // what is still there stays
  assert.deepEqual(timeline.entries.map(({label}) => label), ['carving ice']);
});

test('numbers as people read them', () => {
  assert.deepEqual([clock(4.9), clock(61), clock(3723), clock(-1)], ['0:04', '1:01', '1:02:03', '0:00']);
  assert.deepEqual([percent(0.984), milliseconds(3.14), milliseconds(31.4)], ['98 %', '3.1 ms', '31 ms']);
});
