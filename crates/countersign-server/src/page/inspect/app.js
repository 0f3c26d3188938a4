// The page that explains a pasted text. The server explains it, with the code of `countersign inspect`; this page shows the answer,
// by explanation.js. Of the users' page it has actions.js, client.js and view.js.

import { act, cancelWait, flow, page } from '/actions.js';
import { Failure, failure, passkeys, server } from '/client.js';
import { byId, markInvalid, showFailure } from '/view.js';
import { clearExplanation, showExplanation } from './explanation.js';

/** The most bytes of a request, of which the text is nearly all. */
const REQUEST_MAX = 256 * 1024;

const VIEWS = {
  out: ['view-out', 'out-title'],
  inspect: ['view-inspect', 'inspect-title'],
  failed: ['view-failed', 'failed-title'],
};

function show(view) {
  const isNew = page.view !== view;
  for (const [id] of Object.values(VIEWS)) byId(id).hidden = id !== VIEWS[view][0];
  byId('loading').hidden = true;
  page.view = view;
  if (isNew) byId(VIEWS[view][1]).focus({ preventScroll: true });
}

/** Finds out whether the user is signed in. */
async function load() {
  try {
    const { account } = await passkeys.session();
    server.account = account?.userHandle ?? null;
    show(account ? 'inspect' : 'out');
  } catch (error) {
    show('failed');
    showFailure(byId('failed-notice'), failure(error));
  }
}

/** Asks for an explanation of the text, as what it looks like or as a kind. */
function explain(button, kind) {
  return act({
    button,
    notice: byId('inspect-notice'),
    work: async (wait) => {
      clearExplanation();
      const text = byId('text').value;
      const request = kind ? { text, kind } : { text };
      check(text, request);
      const explanation = await ask(request, wait);
      wait.done();
      showExplanation(explanation, explain);
    },
    failed: (error) => {
      if (['text-missing', 'body-too-large'].includes(error.code)) markInvalid(byId('text'));
    },
  });
}

function check(text, request) {
  if (text.trim() === '') throw new Failure('There is nothing to explain.', { code: 'text-missing', advice: 'Paste a text first.' });
  if (new Blob([JSON.stringify(request)]).size > REQUEST_MAX) {
    throw new Failure('The text is longer than 256 KiB.', { code: 'body-too-large', advice: 'Paste a part of it, or use the command countersign inspect.' });
  }
}

async function ask(request, wait) {
  try {
    return await passkeys.request('POST', '/inspect', request, wait.options());
  } catch (error) {
    if (error.code === 'not-signed-in') show('out');
    // Nothing is changed, whether or not the request arrived.
    throw Object.assign(error, { sent: false });
  }
}

function listen() {
  Object.assign(flow, { stopAutofill() {}, startAutofill() {}, recheck: async () => {}, showOtherAccount: load });
  byId('inspect-form').addEventListener('submit', (event) => {
    event.preventDefault();
    explain(byId('explain'));
  });
  byId('clear').addEventListener('click', () => {
    if (page.busy) return;
    byId('inspect-form').reset();
    byId('text').removeAttribute('aria-invalid');
    byId('inspect-notice').replaceChildren();
    clearExplanation();
    byId('text').focus();
  });
  byId('retry').addEventListener('click', load);
  byId('reload').addEventListener('click', () => location.reload());
  byId('cancel').addEventListener('click', cancelWait);
  document.addEventListener('keydown', ({ key }) => { if (key === 'Escape') cancelWait(); });
  window.addEventListener('pageshow', ({ persisted }) => persisted && load());
  // What a cache keeps of the page has nothing of what was pasted.
  window.addEventListener('pagehide', ({ persisted }) => {
    if (!persisted) return;
    byId('inspect-form').reset();
    clearExplanation();
  });
}

async function start() {
  server.onOutdated = () => {
    byId('outdated').hidden = false;
    byId('outdated-text').textContent = 'The server was updated. Reload this page to go on.';
  };
  listen();
  await load();
}

start();
