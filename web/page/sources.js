// Where pictures come from. Each source is
//   {kind, name, picture, live, seekable, facing, mirrored, start(onFrame, onEnd), pause(),
//    resume(), stop(), reopen}
// picture: the <video> or <canvas> that shows it. onFrame(time): it shows another picture; time in
// seconds, from the source's beginning. reopen: what to call to have it again after it had to be
// stopped. SPDX-License-Identifier: Apache-2.0

/** What a person can do about it. */
export class SourceError extends Error {}

// Calls for each picture that the video shows. Gives the function that ends it.
function eachFrame(video, live, call) {
  let on = true, first = null;
  const tell = (now, about) => {
    if (!on)
      return;
    const at = live ? (about?.captureTime ?? now) / 1000 : about?.mediaTime ?? video.currentTime;
    first ??= live ? at : 0;
    next();
    call(at - first);
  };
  let seen = -1; // where pictures are not told of, a new time means a new picture
  const look = (now) => {
    if (on && video.currentTime === seen)
      return next();
    seen = video.currentTime;
    tell(now);
  };
  const next = () => video.requestVideoFrameCallback ? video.requestVideoFrameCallback(tell)
                                                     : requestAnimationFrame(look);
  next();
  return () => { on = false; };
}

class VideoSource {
  #end = () => {};
  live = true;
  seekable = false;
  mirrored = false;

  constructor(video, about) {
    this.picture = video;
    Object.assign(this, about);
  }

  start(onFrame, onEnd) {
    this.#end = eachFrame(this.picture, this.live, onFrame);
    this.picture.onended = () => onEnd();
    for (const track of this.stream?.getTracks() ?? [])
      track.onended = () => onEnd(`${this.name} has ended`);
  }

  pause() { this.picture.pause(); }

  resume() { return this.picture.play(); }

  stop() {
    this.#end();
    this.picture.onended = null;
    this.picture.pause();
    for (const track of this.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.picture.srcObject = null;
    if (this.url) {
      URL.revokeObjectURL(this.url);
      this.picture.removeAttribute('src');
      this.picture.load(); // lets go of the file
    }
  }
}

async function showStream(video, stream) {
  video.srcObject = stream;
  await video.play();
}

// ---- cameras --------------------------------------------------------------------------

const CAMERA_ERRORS = {
  NotAllowedError: 'The camera was not allowed. The browser\'s settings for this page can allow ' +
      'it; or choose something else.',
  NotFoundError: 'There is no camera here. A video, the screen or the sample will do.',
  NotReadableError: 'The camera is in use by another program. Close that, then try again.',
  OverconstrainedError: 'There is no such camera any more. Try again.',
};

// A laptop does not tell where its camera looks: at who sits there. A phone's tells.
function facingOf(track) {
  return track.getSettings().facingMode ??
      (matchMedia('(pointer: coarse)').matches ? 'environment' : 'user');
}

/** facing: 'environment' (the back camera) or 'user'; deviceId: this very one. */
export async function openCamera(video, {facing = 'environment', deviceId} = {}) {
  if (!navigator.mediaDevices)
    throw new SourceError('Cameras need https, or this very machine (localhost).');
  const which = deviceId ? {deviceId: {exact: deviceId}} : {facingMode: {ideal: facing}};
  const size = {width: {ideal: 1280}, height: {ideal: 720}, frameRate: {ideal: 30}};
  const stream = await navigator.mediaDevices.getUserMedia({video: {...which, ...size}})
      .catch((error) => {
        throw new SourceError(CAMERA_ERRORS[error.name] ?? `The camera: ${error.message}`);
      });
  const [track] = stream.getVideoTracks(), looks = facingOf(track);
  await showStream(video, stream);
  const id = track.getSettings().deviceId;
  return new VideoSource(video, {
    kind: 'camera', name: track.label || 'Camera', stream, facing: looks, deviceId: id,
    mirrored: looks === 'user',
    reopen: () => openCamera(video, id ? {deviceId: id} : {facing}),
  });
}

/** How to open another camera than this one; null: there is none. */
export async function otherCamera(source) {
  const all = await navigator.mediaDevices.enumerateDevices();
  const cameras = all.filter(({kind}) => kind === 'videoinput');
  if (cameras.length < 2)
    return null;
  if (source.stream.getVideoTracks()[0].getSettings().facingMode)
    return {facing: source.facing === 'user' ? 'environment' : 'user'};
  const at = cameras.findIndex(({deviceId}) => deviceId === source.deviceId);
  return {deviceId: cameras[(at + 1) % cameras.length].deviceId};
}

// ---- the screen, and files ------------------------------------------------------------

export const canShareScreen = Boolean(navigator.mediaDevices?.getDisplayMedia);

export async function openScreen(video) {
  const stream = await navigator.mediaDevices.getDisplayMedia({video: {frameRate: {ideal: 30}}})
      .catch((error) => {
        throw new SourceError(error.name === 'NotAllowedError' ? 'The screen was not shared.'
                                                               : `The screen: ${error.message}`);
      });
  await showStream(video, stream);
  return new VideoSource(video, {kind: 'screen', name: 'Screen', stream});
}

export async function openFile(video, file) {
  const url = URL.createObjectURL(file);
  video.srcObject = null;
  video.src = url;
  try {
    await new Promise((resolve, reject) => {
      video.onloadeddata = resolve;
      video.onerror = reject;
    });
    if (!video.videoWidth)
      throw new Error('sound alone');
    await video.play();
  } catch {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
    throw new SourceError(`${file.name}: this browser cannot play it. ` +
        'MP4 with H.264 and WebM play nearly everywhere.');
  } finally {
    video.onloadeddata = video.onerror = null;
  }
  return new VideoSource(video, {kind: 'file', name: file.name, url, live: false, seekable: true});
}
