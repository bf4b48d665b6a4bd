// The service worker: what the page is made of comes from this device, all of one version. A new
// version is fetched in the background, whole, and is what the next visit sees. Models are not its
// business: kept.js. SPDX-License-Identifier: Apache-2.0
importScripts('files.js'); // VERSION, FILES: written by build-page.mjs

const PREFIX = 'movinet-page-', CACHE = PREFIX + VERSION;
const ours = new Set(FILES.map((name) => new URL(name, self.location).href));

self.addEventListener('install', (event) => {
  const fetchAll = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(FILES.map((name) => new Request(name, {cache: 'reload'})));
    await self.skipWaiting();
  };
  event.waitUntil(fetchAll());
});

self.addEventListener('activate', (event) => {
  const dropOthers = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE)
        .map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(dropOthers());
});

// The page itself has two names, and may have anything behind a ? or #.
function nameOf(request) {
  const url = new URL(request.url);
  url.search = url.hash = '';
  return url.href.replace(/\/index\.html$/, '/');
}

self.addEventListener('fetch', (event) => {
  const name = nameOf(event.request);
  if (event.request.method !== 'GET' || !ours.has(name))
    return;
  event.respondWith(caches.open(CACHE).then(async (cache) =>
    (await cache.match(name)) ?? fetch(event.request)));
});
