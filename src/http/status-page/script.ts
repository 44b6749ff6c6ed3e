/**
 * Runs in the browser. Every two seconds it reads the page again and changes what differs,
 * node by node, so that scroll positions, selections and tooltips survive.
 */
export const STATUS_PAGE_SCRIPT = `
'use strict';
(() => {
  const intervalMs = 2000;
  const deadlineMs = 10000;
  const url = location.origin + location.pathname + location.search;
  const offline = document.getElementById('offline');
  let timer;
  let busy = false;

  function update(from, to) {
    if (from.isEqualNode(to)) return;
    if (from.nodeName !== to.nodeName) {
      from.replaceWith(to);
      return;
    }
    if (from.nodeType !== Node.ELEMENT_NODE) {
      from.nodeValue = to.nodeValue;
      return;
    }
    for (const name of from.getAttributeNames()) {
      if (!to.hasAttribute(name)) from.removeAttribute(name);
    }
    for (const { name, value } of to.attributes) {
      if (from.getAttribute(name) !== value) from.setAttribute(name, value);
    }
    const before = [...from.childNodes];
    const after = [...to.childNodes];
    before.slice(after.length).forEach((child) => child.remove());
    after.forEach((child, index) => {
      if (index < before.length) update(before[index], child);
      else from.append(child);
    });
  }

  async function read() {
    const response = await fetch(url, {
      cache: 'no-store',
      signal: AbortSignal.timeout(deadlineMs),
    });
    if (!response.ok) throw new Error('status ' + response.status);
    const next = new DOMParser().parseFromString(await response.text(), 'text/html');
    if (!next.querySelector('main')) throw new Error('not the status page');
    return next;
  }

  function show(next) {
    for (const part of ['#page-style', '#page-script']) {
      if (next.querySelector(part)?.textContent !== document.querySelector(part).textContent) {
        location.reload();
        return;
      }
    }
    if (document.title !== next.title) document.title = next.title;
    for (const part of ['link[rel=icon]', 'body > header', 'main', 'body > footer']) {
      update(document.querySelector(part), next.querySelector(part));
    }
  }

  async function refresh() {
    if (busy) return;
    busy = true;
    try {
      show(await read());
      offline.hidden = true;
    } catch {
      offline.hidden = false;
    }
    busy = false;
    plan();
  }

  function plan() {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(refresh, intervalMs);
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) clearTimeout(timer);
    else refresh();
  });
  plan();
})();
`;
