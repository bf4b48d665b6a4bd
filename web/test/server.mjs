// Folders served on this machine for a test, and nothing else of it.
// SPDX-License-Identifier: Apache-2.0
import fs from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript',
  '.mjs': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json', '.png': 'image/png', '.svg': 'image/svg+xml',
  '.mp4': 'video/mp4', '.webm': 'video/webm',
};

/**
 * folders: {'/pkg/': 'web/package', '/': …}, the longest that fits is taken; an address that ends
 * in / is its index.html. headers: with every answer. Gives {url, log, close}; log: all
 * requests' methods and paths. The same port can be taken again after close().
 */
export async function serve(folders, {headers = {}, port = 0} = {}) {
  const roots = Object.entries(folders).sort(([a], [b]) => b.length - a.length), log = [];

  async function answer(request, response) {
    const name = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const [prefix, folder] = roots.find(([at]) => name.startsWith(at)) ?? [];
    log.push(`${request.method} ${request.url}`);
    if (!folder || name.includes('..'))
      return response.writeHead(404).end();
    const file = path.join(folder, name.slice(prefix.length) + (name.endsWith('/') ? 'index.html' : ''));
    const bytes = await fs.readFile(file).catch(() => null);
    if (!bytes)
      return response.writeHead(404).end();
    response.writeHead(200, {'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
      'content-length': bytes.length, 'cache-control': 'no-cache', ...headers}).end(bytes);
  }

  const server = http.createServer((request, response) => answer(request, response)
      .catch(() => response.writeHead(400).end()));
  await new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://localhost:${server.address().port}`, log,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}
