// What TypeScript 4's own list of a browser's types lacks, for Debian's. SPDX-License-Identifier: Apache-2.0
interface VideoFrame { readonly displayWidth: number; readonly displayHeight: number; close(): void; }
interface OffscreenCanvas extends EventTarget { width: number; height: number; }
