// Small help with the document. SPDX-License-Identifier: Apache-2.0

export const byId = (id) => document.getElementById(id);

/** element('li', {className: 'answer'}, child, 'text') */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Gives the file to the person. */
export function save(name, blob) {
  const link = element('a', {href: URL.createObjectURL(blob), download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
