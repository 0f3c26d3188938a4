// The operator's page: the way in, and the sections. Each section is a place in the address (`#accounts`), so that the browser's
// buttons and a reload work. entrance.js has the way in; accounts.js, account.js, overview.js and assessment.js the sections;
// charts.js, parts.js and server.js what they share. Of the users' page it has actions.js, client.js and view.js.

import { cancelWait, flow, page } from '/actions.js';
import { failure, obstacle, passkeys, server } from '/client.js';
import { announce, byId, clearNotices, refreshTimes, showFailure } from '/view.js';
import { showAccount } from './account.js';
import { showAccounts } from './accounts.js';
import { showAssessment } from './assessment.js';
import { enter, link, listenForEntrance } from './entrance.js';
import { showLog, showMetadata, showModels, showOperators, showSignIns } from './overview.js';
import { place } from './parts.js';
import { read } from './server.js';

const VIEWS = {
  out: ['view-out', 'out-title'],
  take: ['view-take', 'take-title'],
  stranger: ['view-stranger', 'stranger-title'],
  locked: ['view-locked', 'locked-title'],
  failed: ['view-failed', 'failed-title'],
  in: ['view-operator', 'panel-title'],
};

const SECTIONS = {
  __proto__: null,
  accounts: ['Accounts', showAccounts],
  account: ['Accounts', showAccount],
  passkeys: ['Passkeys', showModels],
  'sign-ins': ['Sign-ins', showSignIns],
  metadata: ['Metadata', showMetadata],
  assessment: ['Assessment', showAssessment],
  log: ['Log', showLog],
  operators: ['Operators', showOperators],
};

function show(view) {
  const isNew = page.view !== view;
  for (const [id] of Object.values(VIEWS)) byId(id).hidden = id !== VIEWS[view][0];
  byId('loading').hidden = true;
  byId('who').hidden = view !== 'in';
  page.view = view;
  if (view !== 'in') {
    // Nothing of users stays in the document.
    place.turn += 1;
    for (const id of ['panel-title', 'panel-actions', 'panel-body', 'panel-notice', 'confirm-title', 'confirm-text']) {
      byId(id).replaceChildren();
    }
    document.title = page.title;
  }
  if (isNew) byId(VIEWS[view][1]).focus({ preventScroll: true });
}

/** Shows the section that the address names. */
async function route({ focus = true } = {}) {
  if (page.view !== 'in') return;
  const [name, ...rest] = location.hash.slice(1).split('/');
  const [title, section] = SECTIONS[name] ?? SECTIONS.accounts;
  for (const tab of document.querySelectorAll('.tabs a')) {
    if (tab.textContent === title) tab.setAttribute('aria-current', 'page');
    else tab.removeAttribute('aria-current');
  }
  document.title = `${title} · ${page.title}`;
  place.turn += 1;
  clearNotices();
  try {
    await section(rest.join('/'));
    if (focus) {
      byId('panel-title').focus({ preventScroll: true });
      scrollTo(0, 0);
    }
  } catch (error) {
    await lost(error);
  }
}

/** Finds out who is signed in, and shows what that allows. */
async function load() {
  try {
    const session = await passkeys.session();
    server.rpId = session.rpId ?? server.rpId;
    server.account = session.account?.userHandle ?? null;
    if (await enter(session, show)) return;
    const operator = await read('/session');
    server.operator = operator;
    byId('who-name').textContent = operator.name;
    show('in');
    await route({ focus: false });
  } catch (error) {
    await lost(error);
  }
}

/** Shows why a section can't be shown: the role or the session is gone, or the operator was verified too long ago. */
async function lost(error) {
  if (error.code === 'reauthentication-required') show('locked');
  else if (['not-found', 'not-signed-in'].includes(error.code)) await stranger();
  else {
    show('failed');
    showFailure(byId('failed-notice'), failure(error));
  }
}

async function stranger() {
  const { account } = await passkeys.session().catch(() => ({}));
  if (!account) {
    show('out');
    return;
  }
  server.account = account.userHandle;
  byId('stranger-lead').replaceChildren('You are signed in as “', Object.assign(document.createElement('bdi'), { textContent: account.name }), '”.');
  show('stranger');
}

function listen() {
  Object.assign(flow, {
    stopAutofill() {},
    startAutofill() {},
    recheck: async () => {},
    refresh: () => route({ focus: false }),
    leave: (text) => { announce(text, 'warning'); return load(); },
    showOtherAccount: () => { announce('Another account is signed in by now. Nothing was changed.', 'warning'); return load(); },
    load,
    show,
  });
  byId('retry').addEventListener('click', load);
  byId('reload').addEventListener('click', () => location.reload());
  byId('cancel').addEventListener('click', cancelWait);
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && !byId('confirm').open) cancelWait();
  });
  window.addEventListener('hashchange', () => (link.take() ? load() : route()));
  window.addEventListener('pageshow', ({ persisted }) => persisted && load());
  // What a cache keeps of the page has no names.
  window.addEventListener('pagehide', ({ persisted }) => persisted && show('failed'));
  setInterval(refreshTimes, 60_000);
  listenForEntrance();
}

async function start() {
  server.onOutdated = () => {
    byId('outdated').hidden = false;
    byId('outdated-text').textContent = 'The server was updated. Reload this page to go on.';
  };
  link.take();
  const why = obstacle();
  if (why) {
    showFailure(byId('capability'), why);
    byId('capability').hidden = false;
    byId('loading').hidden = true;
    return;
  }
  listen();
  await load();
}

start();
