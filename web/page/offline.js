// Without a network the page works as before: sw.js keeps its files, kept.js the models.
// SPDX-License-Identifier: Apache-2.0

export function keepOffline() {
  navigator.serviceWorker?.register('sw.js').catch(() => {}); // it works without, with a network
}
