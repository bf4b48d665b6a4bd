// Pictures of any kind as bytes. SPDX-License-Identifier: Apache-2.0

function sizeOf(source) {
  return [source.displayWidth || source.videoWidth || source.naturalWidth || source.width || 0,
          source.displayHeight || source.videoHeight || source.naturalHeight || source.height || 0];
}

// Draws what has no bytes of its own; keeps its canvas from picture to picture.
export class Painter {
  #context;

  #contextOf(width, height) {
    let canvas = this.#context?.canvas;
    if (!canvas) {
      if (typeof OffscreenCanvas !== 'undefined')
        canvas = new OffscreenCanvas(width, height);
      else if (typeof document !== 'undefined')
        canvas = document.createElement('canvas');
      else
        throw new TypeError('there is no canvas here: give {data, width, height}');
      this.#context = canvas.getContext('2d', {willReadFrequently: true, alpha: false});
    }
    if (canvas.width !== width || canvas.height !== height)
      Object.assign(canvas, {width, height});
    return this.#context;
  }

  // {data, width, height} of a picture whose longer side is at most maxSide (0: any).
  read(source, maxSide) {
    if (source?.data?.length !== undefined && source.width && source.height)
      return source;
    const [width, height] = source ? sizeOf(source) : [0, 0];
    if (!width || !height)
      throw new TypeError('the picture has no width and height: is it loaded?');
    const scale = maxSide ? Math.min(1, maxSide / Math.max(width, height)) : 1;
    const w = Math.max(1, Math.round(width * scale)), h = Math.max(1, Math.round(height * scale));
    const context = this.#contextOf(w, h);
    context.drawImage(source, 0, 0, w, h);
    return context.getImageData(0, 0, w, h);
  }
}
