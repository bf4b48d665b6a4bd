// Runs a WebAssembly program with the files of this machine.
//     node tools/wasi.mjs PROGRAM [ARGUMENT...]
// SPDX-License-Identifier: Apache-2.0
import fs from 'node:fs';
import {WASI} from 'node:wasi';

class Stop {
  constructor(how) { this.how = how; }
}

const args = process.argv.slice(2);
const wasi = new WASI({version: 'preview1', args, env: process.env, preopens: {'/': '/'}});
const module = await WebAssembly.compile(fs.readFileSync(args[0]));
let instance;

// Tests, which end in the middle when something is wrong: tests/wasm/cmocka.c.
const test = {
  call(index, state) {
    const stack = instance.exports.__stack_pointer;
    const top = stack.value;
    try {
      instance.exports.__indirect_function_table.get(index)(state);
      return 0;
    } catch (stop) {
      if (!(stop instanceof Stop)) throw stop;
      stack.value = top;
      return stop.how;
    }
  },
  stop(how) { throw new Stop(how); },
};

// What a page unpacks for the library: here, nothing.
const movinet = {unzip: () => -1};

instance = await WebAssembly.instantiate(module, {wasi_snapshot_preview1: wasi.wasiImport,
  test, movinet});
process.exitCode = wasi.start(instance);
