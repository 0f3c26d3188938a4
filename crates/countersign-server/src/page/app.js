// The page of a Countersign server: create an account, sign in, manage passkeys and sessions.
//
// This module has the views, and follows other windows. The actions are in entrance.js (to an account), account.js, passkeys.js,
// recovery.js and sessions.js (with it), and actions.js has what they share. client.js talks to the server and the authenticator,
// returning.js leads back to the application that sent the user here, and view.js and items.js make the parts of the document.
// index.html preloads the others, so that they take no more round trips than one file. Nothing is loaded from elsewhere.

import { closeForm, listenForAccount } from './account.js';
import { cancelWait, flow, lists, notify, occupied, page, session, windows } from './actions.js';
import { Failure, failure, obstacle, passkeys, server } from './client.js';
import { entered, findAutofill, listenForEntrance, startAutofill, stopAutofill } from './entrance.js';
import { renderPasskeys, renderSessions } from './items.js';
import { add, loadPasskeys } from './passkeys.js';
import { hideCodes, listenForRecovery, loadRecovery } from './recovery.js';
import { findWay, goOn, showWay } from './returning.js';
import { listenForSessions, loadSessions } from './sessions.js';
import { announce, byId, clearNotices, element, refreshTimes, showFailure, words } from './view.js';

// ---- Views --------------------------------------------------------------------------------------------

const VIEWS = {
  out: ['view-out', 'out-title', 'Sign in'],
  in: ['view-in', 'account-name', 'Your passkeys'],
  failed: ['view-failed', 'failed-title', 'Not loaded'],
};

/** Shows one of the views, or none for `null`. */
function show(view, { focus }) {
  for (const [other] of Object.values(VIEWS)) byId(other).hidden = other !== VIEWS[view]?.[0];
  page.view = view;
  showWay(view);
  if (view === null) return;
  const [, heading, title] = VIEWS[view];
  byId('loading').hidden = true;
  document.title = `${title} · ${page.title}`;
  if (focus) {
    byId(heading).focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}

function setAccount(account) {
  const handle = account?.userHandle ?? null;
  // A question about an account that is no longer on the screen is void.
  if (handle !== server.account && byId('confirm').open) byId('confirm').close('no');
  session.account = account;
  session.passkeys = [];
  session.recovery = null;
  hideCodes();
  closeForm();
  server.account = handle;
  passkeys.account = handle;
  Object.assign(lists, { stale: false, notice: null });
}

/** Removes everything about an account from the document. */
function clear() {
  setAccount(null);
  for (const id of [
    'account-name', 'passkeys', 'passkeys-hint', 'recovery-hint', 'recovery-used', 'sessions', 'confirm-title',
    'confirm-text', 'metadata-hint', 'metadata-notice',
  ]) byId(id).replaceChildren();
  clearNotices();
}

/** Goes to the signed-in view of an account. The user no longer waits for the lists to load. */
async function enter(account, text, { focus = true, tone, wait } = {}) {
  wait?.done();
  setAccount(account);
  byId('account-name').textContent = account.name;
  byId('create-form').reset();
  byId('recover-form').reset();
  document.querySelector('.danger').open = false;
  renderPasskeys([], {});
  renderSessions([]);
  try {
    await refresh();
  } catch (error) {
    clear();
    throw error;
  }
  show('in', { focus });
  announce(text, tone);
  notify();
}

/** Goes on to the application that sent the user here to sign in, or else to the signed-in view. */
async function arrive(account, text, wait) {
  if (!goOn()) return enter(account, text, { wait });
  wait.done();
  setAccount(account);
  return notify();
}

/** Goes to the signed-out view, and announces why. */
function leave(text, tone = 'success') {
  clear();
  show('out', { focus: true });
  announce(text, tone);
  notify();
}

async function showOtherAccount() {
  try {
    const { account } = await passkeys.session();
    if (account) {
      const text = words`You are signed in as ${account.name} now, from another window. Nothing was changed.`;
      await enter(account, text, { tone: 'warning' });
    } else {
      leave('Your session has ended. Nothing was changed. Sign in again to go on.', 'warning');
    }
  } catch (error) {
    leave(failure(error).message, 'warning');
  }
}

async function load({ focus = false } = {}) {
  try {
    const { account, rpId, origins, signUp } = await passkeys.session();
    server.rpId = rpId ?? server.rpId;
    showSignUp(signUp);
    if (origins && !origins.includes(location.origin)) showHome(origins[0]);
    if (account) {
      await enter(account, '', { focus });
    } else {
      clear();
      show('out', { focus });
    }
  } catch (error) {
    clear();
    show('failed', { focus });
    showFailure(byId('failed-notice'), failure(error));
  }
  startAutofill();
}

/** Hides the account if the browser caches the page, so that nothing of it shows when the page comes back. */
function hide({ persisted }) {
  if (!persisted) return;
  if (byId('confirm').open) byId('confirm').close('no');
  cancelWait();
  stopAutofill();
  byId('loading').hidden = false;
  show(null, { focus: false });
}

/** Links to the page's own address: nothing works at one that the server doesn't accept. */
function showHome(origin) {
  block(new Failure('This page doesn’t work at this address.', {
    advice: `You are at ${location.origin}. Open it at:`,
    link: origin,
  }));
}

/** Shows how an account is created here: by anyone, with an invitation, or not at all. */
function showSignUp(signUp) {
  byId('create-form').hidden = signUp === 'closed';
  byId('closed-hint').hidden = signUp !== 'closed';
  byId('invited').hidden = signUp !== 'invited';
}

function block(why) {
  page.usable = false;
  showFailure(byId('capability'), why);
  byId('capability').hidden = false;
  byId('doors').hidden = true;
  byId('add').hidden = true;
}

// ---- Other windows, and time gone by -------------------------------------------------------------------

async function hear({ data }) {
  if (data.changed && data.account === server.account) lists.stale = true;
  // A question about an account that this browser is no longer signed in to is void.
  if (data.account !== server.account && byId('confirm').open) byId('confirm').close('no');
  await recheck({ always: true });
}

/** Asks the server for the current account: it may have changed in another window, or while no window was visible. */
async function recheck({ always = false } = {}) {
  page.stale = occupied();
  if (page.stale || (document.hidden && !always)) return;
  if (page.view === 'failed') await load();
  if (!['out', 'in'].includes(page.view)) return;
  const answer = await passkeys.session().catch(() => null);
  // An action that the user began meanwhile goes on with its own account.
  page.stale = occupied();
  if (page.stale) return;
  if (answer) await follow(answer.account);
  startAutofill();
}

async function follow(account) {
  if (account?.userHandle === session.account?.userHandle) {
    // A name that is being typed stays.
    const renaming = document.querySelector('.rename:not([hidden])');
    if (account && account.name !== session.account.name && !renaming) {
      session.account = account;
      byId('account-name').textContent = account.name;
    }
    if (account && lists.stale && !renaming) await reload().catch(() => {});
    return;
  }
  stopAutofill();
  page.stale = occupied();
  if (page.stale) return;
  clearNotices();
  if (account) await enter(account, 'You are signed in.').catch((error) => leave(error.message, 'warning'));
  else leave('You have been signed out.');
}

// ---- Lists ----------------------------------------------------------------------------------------------

async function reload() {
  lists.stale = false;
  try {
    await Promise.all([loadPasskeys(), loadSessions(), loadRecovery()]);
  } catch (error) {
    lists.stale = true;
    throw error;
  }
  lists.notice?.replaceChildren();
  lists.notice = null;
}

/** Loads the lists. Fails only if they are of another account than the one on the screen; other failures are shown. */
async function refresh(notice = byId('add-notice')) {
  try {
    await reload();
  } catch (error) {
    if (['not-signed-in', 'account-changed'].includes(error.code)) throw error;
    lists.notice = notice;
    showFailure(notice, failure(error));
  }
}

// ---- Start ------------------------------------------------------------------------------------------------

function showOutdated() {
  byId('outdated-text').replaceChildren(element('p', 'This page is from before an update. Reload it.'));
  byId('outdated').hidden = false;
  stopAutofill();
}

/** The element that the first click of a series hit. */
let clicked = null;

/**
 * Keeps the second click of a double click from answering a question that the first one brought up, and from moving the
 * focus. In a field that the first one hit as well, it selects a word.
 */
function ignoreSecondClick(event) {
  const { type, detail, target } = event;
  if (type === 'mousedown' && detail === 1) clicked = target;
  if (detail < 2 || (target === clicked && target.matches('input'))) return;
  if (target.closest('button, form:not(#create-form), .passkey-head')) event.preventDefault();
}

Object.assign(flow, { arrive, entered, leave, recheck, refresh, showOtherAccount, startAutofill, stopAutofill });

function listen() {
  byId('add').addEventListener('click', add);
  byId('retry').addEventListener('click', () => load({ focus: true }));
  byId('cancel').addEventListener('click', cancelWait);
  byId('reload').addEventListener('click', () => location.reload());
  listenForEntrance();
  listenForAccount();
  listenForRecovery();
  listenForSessions();
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && !byId('confirm').open) cancelWait();
  });
  document.addEventListener('mousedown', ignoreSecondClick);
  byId('confirm').addEventListener('click', ignoreSecondClick);
  document.addEventListener('visibilitychange', () => recheck());
  window.addEventListener('pagehide', hide);
  window.addEventListener('pageshow', ({ persisted }) => persisted && load());
  window.addEventListener('online', () => recheck());
  windows?.addEventListener('message', hear);
  setInterval(refreshTimes, 60_000);
}

async function start() {
  byId('loading').textContent = 'One moment…';
  server.onOutdated = showOutdated;
  const why = obstacle();
  if (why) block(why);
  listen();
  if (!why) await findAutofill();
  await findWay();
  await load();
}

start();
