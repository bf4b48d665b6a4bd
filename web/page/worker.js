// The thread that computes. It is told {type: 'load' | 'remember' | 'reset' | 'frame'} and tells
// {type: 'progress' | 'loaded' | 'failed' | 'scores' | 'broken'}; engine.js is the other side.
// SPDX-License-Identifier: Apache-2.0
import {loadModel} from './movinet/movinet.js';
import {fetchKept} from './kept.js';
import {Memory} from './memory.js';

let model = null, memory = null, how = {}, newest = 0;
const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext('2d', {willReadFrequently: true, alpha: false});

function remember(options) {
  how = options;
  memory?.close();
  memory = model && new Memory(model, how);
}

// A model takes the place of the one before when it is whole, and not before.
async function load({id, url, file, options}) {
  newest = id;
  const onProgress = (received, total) => postMessage({type: 'progress', id, received, total});
  try {
    const loaded = await loadModel(file ?? await fetchKept(url), {onProgress});
    if (id !== newest)
      return postMessage({type: 'failed', id, superseded: true});
    model?.close();
    model = loaded;
    remember(options);
    postMessage({type: 'loaded', id, sha256: model.sha256, info: {...model.info},
      labels: [...model.labels]});
  } catch (error) {
    postMessage({type: 'failed', id, message: error.message});
  }
}

function pixelsOf(picture) {
  const {width, height} = picture;
  if (canvas.width !== width || canvas.height !== height)
    Object.assign(canvas, {width, height});
  context.drawImage(picture, 0, 0);
  picture.close();
  return context.getImageData(0, 0, width, height);
}

function classify({picture, time, run}) {
  const begun = performance.now();
  try {
    const scores = memory.push(pixelsOf(picture), time);
    postMessage({type: 'scores', run, time, scores, ready: memory.ready,
      ms: performance.now() - begun}, [scores.buffer]);
  } catch (error) {
    postMessage({type: 'broken', run, message: error.message});
  }
}

onmessage = ({data}) => {
  if (data.type === 'load')
    load(data);
  else if (data.type === 'frame')
    classify(data);
  else if (data.type === 'reset')
    memory?.reset();
  else if (data.type === 'remember')
    remember(data.options);
};
