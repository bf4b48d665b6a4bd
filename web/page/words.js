// Numbers as people read them. SPDX-License-Identifier: Apache-2.0

/** 0:04, 1:02:03 */
export function clock(seconds) {
  const s = Math.max(0, Math.floor(seconds)), two = (n) => String(n).padStart(2, '0');
  const hours = Math.floor(s / 3600), minutes = Math.floor(s / 60) % 60;
  return (hours ? `${hours}:${two(minutes)}` : `${minutes}`) + `:${two(s % 60)}`;
}

export const percent = (score) => `${Math.round(score * 100)} %`;

export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

export const milliseconds = (ms) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

/** For a file's name: 20261124-140211 */
export function stamp(date) {
  const two = (n) => String(n).padStart(2, '0');
  return `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}-` +
      `${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}
