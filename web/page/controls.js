// Buttons, keys, files that are dropped, panels. SPDX-License-Identifier: Apache-2.0
import {byId} from './page.js';
import {openSample} from './sample.js';
import {canShareScreen, openCamera, openFile, openScreen, otherCamera} from './sources.js';
import {mirror, tell} from './stage.js';

const PANELS = ['timeline', 'settings'];

// ---- panels: on wide screens they are always there ------------------------------------

function showPanel(name) {
  const before = document.body.dataset.panel;
  document.body.dataset.panel = name;
  for (const panel of PANELS)
    byId(`show-${panel}`).setAttribute('aria-expanded', panel === name);
  if (name)
    byId(name).focus();
  else if (before)
    byId(document.body.dataset.state === 'idle' ? 'other-model' : `show-${before}`).focus();
}

const togglePanel = (name) => showPanel(document.body.dataset.panel === name ? '' : name);

// ---- what is opened -------------------------------------------------------------------

function openAny(app, file) {
  if (/\.tflite$/i.test(file.name))
    return app.useModel(app.models.addFile(file));
  return app.use(() => openFile(byId('video'), file));
}

// The sample is a film about camera moves: it is shown with the model that knows them.
function useSample(app) {
  const entry = app.models.entries.find(({sample}) => sample);
  if (entry && app.model?.entry !== entry)
    app.useModel(entry);
  return app.use(async () => openSample(byId('canvas')));
}

const useCamera = (app, which) => app.use(() => openCamera(byId('video'), which));

async function turn(app) {
  if (app.source?.kind !== 'camera')
    return;
  const which = await otherCamera(app.source);
  if (which)
    await useCamera(app, which);
  else
    tell('There is no other camera.');
}

function listenForDrops(app) {
  const hasFiles = (event) => event.dataTransfer?.types.includes('Files');
  let depth = 0; // elements that the file is over
  const show = (yes) => document.body.classList.toggle('dropping', yes);
  addEventListener('dragenter', (event) => show(hasFiles(event) && ++depth > 0));
  addEventListener('dragleave', (event) => show(hasFiles(event) && --depth > 0));
  addEventListener('dragover', (event) => hasFiles(event) && event.preventDefault());
  addEventListener('drop', (event) => {
    depth = 0;
    show(false);
    if (!hasFiles(event))
      return;
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file)
      openAny(app, file);
  });
}

// ---- buttons and keys -----------------------------------------------------------------

function listenToButtons(app) {
  const input = byId('video-file');
  byId('open-camera').onclick = () => useCamera(app);
  byId('open-screen').onclick = () => app.use(() => openScreen(byId('video')));
  byId('open-screen').hidden = !canShareScreen;
  byId('open-sample').onclick = () => useSample(app);
  byId('open-file').onclick = () => input.click();
  input.onchange = () => {
    const [file] = input.files;
    input.value = '';
    if (file)
      openAny(app, file);
  };
  byId('other-model').onclick = () => {
    showPanel('settings');
    byId('model').focus();
  };
  byId('back').onclick = () => {
    app.choose();
    byId('open-camera').focus();
  };
  byId('pause').onclick = () => app.pause();
  byId('reset').onclick = () => app.reset();
  byId('snapshot').onclick = () => app.snapshot();
  byId('turn').onclick = () => turn(app);
  byId('mirror').onchange = ({target}) => mirror(target.checked);
  byId('seek').oninput = ({target}) => { byId('video').currentTime = Number(target.value); };
  byId('message-close').onclick = () => tell('');
  for (const name of PANELS)
    byId(`show-${name}`).onclick = () => togglePanel(name);
  document.querySelectorAll('.close').forEach((button) => { button.onclick = () => showPanel(''); });
}

function listenToKeys(app) {
  const keys = {
    ' ': () => app.pause(), r: () => app.reset(), s: () => app.snapshot(), c: () => turn(app),
    t: () => togglePanel('timeline'), ',': () => togglePanel('settings'),
  };
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape')
      return byId('message').hidden ? showPanel('') : tell('');
    const typing = event.target.closest('input, select, summary, button') && event.key === ' ' ||
        event.target.closest('input[type=search], select');
    const does = keys[event.key.toLowerCase()];
    if (!does || typing || !app.settings.get('keys') || event.ctrlKey || event.metaKey || event.altKey)
      return;
    event.preventDefault();
    does();
  });
}

export function listen(app) {
  listenToButtons(app);
  listenToKeys(app);
  listenForDrops(app);
  document.addEventListener('visibilitychange', () => app.seen(!document.hidden));
}
