// What TypeScript is to accept, and what not: see package.test.mjs. SPDX-License-Identifier: Apache-2.0
import {loadModel, MovinetError, type Model, type Stream} from '../package/movinet.js';
async function use() {
  const model: Model = await loadModel(new URL('x', 'http://a/'), {labels: ['a'], onProgress: (a, b) => void (a + b)});
  const stream: Stream = model.openStream({preprocess: 'crop', sampleRate: 5});
  const ok: boolean = stream.push(new ImageData(3, 3), {time: 1, rotation: 90, mirrored: true});
  const video = document.querySelector('video')!;
  stream.push(video); stream.push({data: new Uint8Array(3), width: 1, height: 1});
  for (const {label, score, index} of stream.top(3)) console.log(label.length + score + index, ok);
  const saved: Uint8Array = stream.save(); stream.restore(saved); stream.reset(); stream.close(); model.close();
  try {} catch (e) { if (e instanceof MovinetError) console.log(e.status === 'format'); }
  // @ts-expect-error
  model.openStream({preprocess: 'zoom'});
  // @ts-expect-error
  stream.push(17);
}
void use;
