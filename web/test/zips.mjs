// Zips for tests, good and bad. SPDX-License-Identifier: Apache-2.0
import zlib from 'node:zlib';

// files: [{name, bytes, stored, size (that the zip says), flags, method}]. `base`: what the
// offsets count from, bytes before the zip.
export function makeZip(files, base = 0) {
  const parts = [], directory = [];
  let at = 0;
  for (const {name, bytes, stored, size = bytes.length, flags = 0, method} of files) {
    const packed = stored ? bytes : zlib.deflateRawSync(bytes), title = Buffer.from(name);
    const head = Buffer.alloc(30), entry = Buffer.alloc(46);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(title.length, 26);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method ?? (stored ? 0 : 8), 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(title.length, 28);
    entry.writeUInt32LE(base + at, 42);
    parts.push(head, title, packed);
    directory.push(entry, title);
    at += head.length + title.length + packed.length;
  }
  const list = Buffer.concat(directory), end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(base + at, 16);
  return Buffer.concat([...parts, list, end]);
}
