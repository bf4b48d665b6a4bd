// Chromium's DevTools protocol over a pair of pipes: as much of it as browser.mjs needs.
// https://chromedevtools.github.io/devtools-protocol/ SPDX-License-Identifier: Apache-2.0
import {spawn} from 'node:child_process';
import {EventEmitter} from 'node:events';

// A browser, and in it sessions: one a page and one a worker. Messages are JSON, each ends in a 0.
export class DevTools extends EventEmitter {
  #child;
  #next = 1;
  #waiting = new Map(); // number of a message to its promise's ends
  #rest = [];

  constructor(program, args) {
    super();
    this.#child = spawn(program, ['--remote-debugging-pipe', ...args],
        {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
    this.#child.stdio[4].on('data', (bytes) => this.#read(bytes));
    this.#child.stdio[3].on('error', () => {}); // it has gone: 'exit' tells
    this.ended = new Promise((resolve) => this.#child.on('close', () => {
      for (const {reject} of this.#waiting.values())
        reject(new Error('the browser has ended'));
      this.#waiting.clear();
      resolve();
    }));
    this.#child.on('error', (error) => this.emit('problem', String(error)));
  }

  #read(bytes) {
    for (let from = 0, end; from < bytes.length; from = end + 1) {
      end = bytes.indexOf(0, from);
      this.#rest.push(bytes.subarray(from, end < 0 ? undefined : end));
      if (end < 0)
        return;
      const message = JSON.parse(Buffer.concat(this.#rest).toString());
      this.#rest = [];
      this.#take(message);
    }
  }

  #take({id, method, params, sessionId, result, error}) {
    const call = this.#waiting.get(id);
    if (!call)
      return void this.emit('event', {method, params, sessionId});
    this.#waiting.delete(id);
    if (error)
      call.reject(new Error(`${call.method}: ${error.message}`));
    else
      call.resolve(result);
  }

  send(method, params = {}, sessionId = undefined) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, {method, resolve, reject});
      this.#child.stdio[3].write(JSON.stringify({id, method, params, sessionId}) + '\0');
    });
  }

  // After this no process is left.
  async close() {
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await this.send('Browser.close').catch(() => {});
    await this.ended;
    clearTimeout(kill);
  }
}
