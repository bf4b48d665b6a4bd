// Files that the server offers, kept for when there is no network.
// SPDX-License-Identifier: Apache-2.0

const KEPT = 'movinet-kept';

async function openCache() {
  return 'caches' in self ? caches.open(KEPT).catch(() => null) : null; // https or localhost alone
}

/** A Response as fetch gives it, the newest there is; without a network, the one of last time. */
export async function fetchKept(url) {
  const cache = await openCache();
  const old = async () => (await cache?.match(url)) ?? null;
  const before = navigator.onLine === false ? await old() : null;
  if (before)
    return before;
  try {
    const response = await fetch(url);
    if (response.ok)
      cache?.put(url, response.clone()).catch(() => {}); // no room: it is fetched again
    return response;
  } catch (error) {
    const kept = await old();
    if (kept)
      return kept;
    throw new Error(`${url} cannot be reached, and was not kept from an earlier visit`,
        {cause: error});
  }
}
