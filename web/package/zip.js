// The zip that may stand behind a model, with its labels: files out of it, unpacked by the
// engine itself. SPDX-License-Identifier: Apache-2.0

const END = 0x06054b50, ENTRY = 0x02014b50, LOCAL = 0x04034b50; // "PK" and two numbers
const END_SIZE = 22, ENTRY_SIZE = 46, LOCAL_SIZE = 30, MAX_COMMENT = 65535;
const MAX_ENTRIES = 1000, MAX_BYTES = 4 << 20; // of files, and of one unpacked
const STORED = 0, DEFLATED = 8, ENCRYPTED = 1;

function findEnd(view) {
  const last = Math.max(0, view.byteLength - END_SIZE - MAX_COMMENT);
  for (let at = view.byteLength - END_SIZE; at >= last; at--)
    if (view.getUint32(at, true) === END)
      return at;
  return -1;
}

// null: damaged, or not as long as the zip says.
async function inflate(packed, size) {
  let unpack;
  try {
    unpack = new DecompressionStream('deflate-raw');
  } catch { // Node before 20.12
    const {inflateRawSync} = await import('node:zlib');
    const all = inflateRawSync(packed, {maxOutputLength: size + 1});
    return all.length === size ? all : null;
  }
  const stream = new Blob([packed]).stream().pipeThrough(unpack);
  const out = new Uint8Array(size), reader = stream.getReader();
  let used = 0;
  for (;;) {
    const {done, value} = await reader.read();
    if (done)
      return used === size ? out : null;
    if (used + value.length > size) {
      reader.cancel().catch(() => {});
      return null;
    }
    out.set(value, used);
    used += value.length;
  }
}

// One file: null if it is damaged, too large, encrypted, or packed in another way.
async function readEntry(bytes, view, begin, at) {
  const flags = view.getUint16(at + 8, true), method = view.getUint16(at + 10, true);
  const packed = view.getUint32(at + 20, true), size = view.getUint32(at + 24, true);
  const local = begin + view.getUint32(at + 42, true);
  if (flags & ENCRYPTED || size > MAX_BYTES || local + LOCAL_SIZE > bytes.length ||
      view.getUint32(local, true) !== LOCAL)
    return null;
  const data = local + LOCAL_SIZE + view.getUint16(local + 26, true) +
               view.getUint16(local + 28, true);
  if (data + packed > bytes.length)
    return null;
  const part = bytes.subarray(data, data + packed);
  if (method === STORED)
    return packed === size ? part : null;
  return method === DEFLATED ? inflate(part, size).catch(() => null) : null;
}

// The text files of the zip at the end of `bytes`: a Map of names to bytes. Empty if there is
// none; without those that cannot be read.
export async function textFiles(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const files = new Map(), end = findEnd(view);
  if (end < 0)
    return files;
  const entries = Math.min(view.getUint16(end + 10, true), MAX_ENTRIES);
  const directory = view.getUint32(end + 12, true), offset = view.getUint32(end + 16, true);
  // Offsets count from the beginning of the file, or from that of the zip.
  const begin = Math.max(0, end - directory - offset);
  let at = begin + offset;
  for (let i = 0; i < entries; i++) {
    if (at + ENTRY_SIZE > end || view.getUint32(at, true) !== ENTRY)
      break;
    const length = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + ENTRY_SIZE, at + ENTRY_SIZE + length));
    if (/\.(txt|labels|csv)$/i.test(name)) {
      const file = await readEntry(bytes, view, begin, at);
      if (file)
        files.set(name, file);
    }
    at += ENTRY_SIZE + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return files;
}
