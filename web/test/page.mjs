// One tab of a browser.mjs: goes, clicks, types, asks, and hears what goes wrong.
// SPDX-License-Identifier: Apache-2.0
import fs from 'node:fs';

const KEYS = {
  Tab: {code: 'Tab', windowsVirtualKeyCode: 9}, Enter: {code: 'Enter', windowsVirtualKeyCode: 13, text: '\r'},
  Escape: {code: 'Escape', windowsVirtualKeyCode: 27}, ' ': {code: 'Space', windowsVirtualKeyCode: 32, text: ' '},
  ArrowDown: {code: 'ArrowDown', windowsVirtualKeyCode: 40},
  ArrowRight: {code: 'ArrowRight', windowsVirtualKeyCode: 39},
};

export class Page {
  requests = [];
  problems = [];
  #tools;
  #session;
  #downloads;
  #urls = new Map();
  #onLoad = () => {};
  #sessions = new Set(); // the page's, and those of its workers
  #offline = false;

  constructor(tools, downloads) {
    this.#tools = tools;
    this.#downloads = downloads;
    tools.on('event', (event) => this.#hear(event));
  }

  static async open(tools, downloads) {
    const page = new Page(tools, downloads);
    // Of service workers the browser tells, of other workers their page.
    await tools.send('Target.setAutoAttach', {autoAttach: true, waitForDebuggerOnStart: true,
      flatten: true, filter: [{type: 'service_worker'}]});
    const {targetId} = await tools.send('Target.createTarget', {url: 'about:blank'});
    const {sessionId} = await tools.send('Target.attachToTarget', {targetId, flatten: true});
    page.#session = sessionId;
    await page.#listen(sessionId);
    await page.#send('Page.enable');
    return page;
  }

  #send(method, params) { return this.#tools.send(method, params, this.#session); }

  async #listen(session) {
    const send = (method, params) => this.#tools.send(method, params, session);
    this.#sessions.add(session);
    await Promise.all([
      send('Network.enable'), send('Runtime.enable'), send('Log.enable').catch(() => {}),
      send('Target.setAutoAttach', {autoAttach: true, waitForDebuggerOnStart: true, flatten: true})
          .catch(() => {}),
      this.#offline && this.#cut(session),
      send('Runtime.runIfWaitingForDebugger'),
    ]);
  }

  #hear({method, params, sessionId}) {
    if (method === 'Target.attachedToTarget' && params.sessionId !== this.#session)
      this.#listen(params.sessionId).catch(() => {}); // it may be gone already
    else if (method === 'Target.detachedFromTarget')
      this.#sessions.delete(params.sessionId);
    else if (method === 'Network.requestWillBeSent') {
      const {url, method: how} = params.request;
      this.#urls.set(sessionId + params.requestId, url);
      if (!/^(data|blob):/.test(url))
        this.requests.push({url, method: how});
    } else if (method === 'Network.loadingFailed' && !params.canceled)
      this.problems.push(`${this.#urls.get(sessionId + params.requestId)}: ${params.errorText}`);
    else if (method === 'Runtime.exceptionThrown')
      this.problems.push(params.exceptionDetails.exception?.description ??
          params.exceptionDetails.text);
    else if (method === 'Runtime.consoleAPICalled' && params.type === 'error')
      this.problems.push(params.args.map((x) => x.value ?? x.description).join(' '));
    else if (method === 'Log.entryAdded' && params.entry.level === 'error')
      this.problems.push(`${params.entry.text} ${params.entry.url ?? ''}`);
    else if (method === 'Page.loadEventFired')
      this.#onLoad();
  }

  /** After the event 'load'. */
  async goto(url) {
    const loaded = new Promise((resolve) => { this.#onLoad = resolve; });
    const {errorText} = await this.#send('Page.navigate', {url});
    if (errorText)
      throw new Error(`${url}: ${errorText}`);
    await loaded;
  }

  async reload() {
    const loaded = new Promise((resolve) => { this.#onLoad = resolve; });
    await this.#send('Page.reload');
    await loaded;
  }

  /** What a function of the page gives, called as from a click. What goes in and out is JSON. */
  async evaluate(f, ...args) {
    const {result, exceptionDetails} = await this.#send('Runtime.evaluate', {
      expression: `(${f})(${args.map((x) => JSON.stringify(x)).join(', ')})`,
      awaitPromise: true, returnByValue: true, userGesture: true,
    });
    if (exceptionDetails)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Until it gives something true, which is given. */
  async until(f, ...args) {
    const end = Date.now() + 20000;
    for (;;) {
      const value = await this.evaluate(f, ...args);
      if (value)
        return value;
      if (Date.now() > end)
        throw new Error(`it never came true: ${f} (${JSON.stringify(args)})`);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }

  text(selector) { return this.evaluate((s) => document.querySelector(s)?.innerText, selector); }

  /** A mouse's, in the element's middle, so it must be there to be hit. */
  async click(selector) {
    const [x, y, hit] = await this.evaluate((s) => {
      const element = document.querySelector(s);
      element.scrollIntoView({block: 'center', behavior: 'instant'});
      const {x, y, width, height} = element.getBoundingClientRect();
      const at = [x + width / 2, y + height / 2], there = document.elementFromPoint(...at);
      return [...at, element.contains(there) || !!there?.closest('label')?.contains(element)];
    }, selector);
    if (!hit)
      throw new Error(`${selector} is covered by something`);
    for (const type of ['mousePressed', 'mouseReleased'])
      await this.#send('Input.dispatchMouseEvent', {type, x, y, button: 'left', clickCount: 1});
  }

  async press(key) {
    const what = {key, ...(KEYS[key] ?? {text: key})};
    await this.#send('Input.dispatchKeyEvent', {type: 'keyDown', ...what});
    await this.#send('Input.dispatchKeyEvent', {type: 'keyUp', ...what, text: undefined});
  }

  type(text) { return this.#send('Input.insertText', {text}); }

  /** Files chosen in an <input type=file>. */
  async choose(selector, ...files) {
    const {root} = await this.#send('DOM.getDocument');
    const {nodeId} = await this.#send('DOM.querySelector', {nodeId: root.nodeId, selector});
    await this.#send('DOM.setFileInputFiles', {nodeId, files});
  }

  /** Files dropped in the window's middle. */
  async drop(...files) {
    const {x, y} = await this.evaluate(() => ({x: innerWidth / 2, y: innerHeight / 2}));
    const data = {items: [], files, dragOperationsMask: 1};
    for (const type of ['dragEnter', 'dragOver', 'drop'])
      await this.#send('Input.dispatchDragEvent', {type, x, y, data});
  }

  async resize({width, height}, phone = false) {
    await this.#send('Emulation.setDeviceMetricsOverride', {width, height,
      deviceScaleFactor: phone ? 2 : 1, mobile: phone});
    await this.#send('Emulation.setTouchEmulationEnabled', {enabled: phone});
  }

  /** 'dark' or 'light'; still: nothing moves smoothly. */
  scheme(value, still = false) {
    return this.#send('Emulation.setEmulatedMedia', {features: [{name: 'prefers-color-scheme', value},
      {name: 'prefers-reduced-motion', value: still ? 'reduce' : ''}]});
  }

  #cut(session) {
    return this.#tools.send('Network.emulateNetworkConditions', {offline: this.#offline, latency: 0,
      downloadThroughput: -1, uploadThroughput: -1}, session)
        .catch((error) => { // some workers have no network of their own
          if (!/Not supported/.test(error.message))
            throw error;
        });
  }

  /** No network, for workers either. */
  async offline(yes) {
    this.#offline = yes;
    await Promise.all([...this.#sessions].map((session) => this.#cut(session)));
  }

  /** As if another tab were in front, or again this one. */
  async hide(yes) {
    await this.evaluate((hidden) => {
      Object.defineProperty(document, 'visibilityState',
          {configurable: true, get: () => hidden ? 'hidden' : 'visible'});
      Object.defineProperty(document, 'hidden', {configurable: true, get: () => hidden});
      document.dispatchEvent(new Event('visibilitychange'));
    }, yes);
  }

  /** What keeps it from being installed: lines of text. */
  async notInstallable() {
    const {errors} = await this.#send('Page.getAppManifest');
    const {installabilityErrors} = await this.#send('Page.getInstallabilityErrors');
    return [...errors.map(({message}) => message), ...installabilityErrors.map(({errorId}) => errorId)];
  }

  /** A PNG, as base64; into the file, if one is given. */
  async screenshot(file) {
    const {data} = await this.#send('Page.captureScreenshot', {format: 'png'});
    if (file)
      fs.writeFileSync(file, Buffer.from(data, 'base64'));
    return data;
  }

  /** What a screen reader finds: [{role, name}]. */
  async accessible() {
    const {nodes} = await this.#send('Accessibility.getFullAXTree');
    return nodes.filter(({ignored}) => !ignored)
        .map(({role, name}) => ({role: role?.value, name: name?.value ?? ''}));
  }

  /** Downloaded so far: names to bytes. */
  downloads() {
    const names = fs.readdirSync(this.#downloads).filter((name) => /^movinet.*\.(csv|json|png)$/.test(name));
    return new Map(names.map((name) => [name, fs.readFileSync(`${this.#downloads}/${name}`)]));
  }
}
