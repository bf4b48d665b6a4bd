// The WebAssembly module: found, compiled once, and given what it asks of the outside.
// SPDX-License-Identifier: Apache-2.0

const BAD_FILE = 8; // as WASI numbers errors: there are no files here

// What the C library can ask for. A clock is all it gets.
function wasiImports(module, memory) {
  const system = {
    clock_time_get(id, precision, at) {
      const ns = BigInt(Math.round(performance.now() * 1e6));
      new DataView(memory().buffer).setBigUint64(at, ns, true);
      return 0;
    },
    proc_exit(code) { throw new Error(`the module ended by itself (${code})`); },
  };
  const imports = {};
  for (const {module: from, name} of WebAssembly.Module.imports(module))
    if (from === 'wasi_snapshot_preview1')
      imports[name] = system[name] ?? (() => BAD_FILE);
  return imports;
}

const compiled = new Map(); // URL to a promise of its module

async function compileUrl(url) {
  if (url.protocol === 'file:') {
    const {readFile} = await import('node:fs/promises');
    return WebAssembly.compile(await readFile(url));
  }
  const response = await fetch(url);
  if (!response.ok)
    throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

// `where`: a URL, the bytes, or a module; undefined: beside this file.
export async function compile(where) {
  if (where instanceof WebAssembly.Module)
    return where;
  if (where instanceof ArrayBuffer || ArrayBuffer.isView(where))
    return WebAssembly.compile(where);
  const url = where === undefined ? new URL('movinet.wasm', import.meta.url)
                                  : new URL(where, globalThis.location?.href ?? import.meta.url);
  if (!compiled.has(url.href)) {
    const promise = compileUrl(url);
    compiled.set(url.href, promise);
    promise.catch(() => compiled.delete(url.href)); // so that another try is one
  }
  return compiled.get(url.href);
}

// A new instance, of a memory of its own. unzip(name) gives the bytes of a label file, or null.
export async function instantiate(module, unzip) {
  let exports;
  const memory = () => exports.memory;
  const instance = await WebAssembly.instantiate(module, {
    wasi_snapshot_preview1: wasiImports(module, memory),
    movinet: {
      unzip(name, length, to, room) {
        const bytes = new Uint8Array(exports.memory.buffer);
        const file = unzip(new TextDecoder().decode(bytes.subarray(name, name + length)));
        if (!file)
          return -1;
        bytes.set(file.subarray(0, room), to);
        return file.length;
      },
    },
  });
  exports = instance.exports;
  exports._initialize();
  return exports;
}
