// The screen stays on while pictures are looked at. SPDX-License-Identifier: Apache-2.0

let wanted = false, lock = null;

async function ask() {
  lock = await navigator.wakeLock?.request('screen').catch(() => null) ?? null; // low battery, say
  if (!wanted)
    drop();
}

function drop() {
  lock?.release().catch(() => {});
  lock = null;
}

/** Locks are lost when the page is hidden: this is called again when it is seen. */
export function stayAwake(yes) {
  const had = lock && !lock.released;
  wanted = yes;
  if (yes && !had)
    ask();
  else if (!yes)
    drop();
}
