// The page of a Countersign server: create an account, sign in, look after passkeys and sessions.
//
// This module has what the user does and what the page then shows, passkeys.js that with the passkeys of an account;
// client.js talks to the server and the authenticator, view.js makes the parts of the document. index.html preloads the
// others, so that four files take no more round trips than one. Nothing comes from elsewhere.

import {
  Failure, Wait, api, browserFailure, conditionalRequest, confirmWithPasskey, finishSignIn, obstacle, passOn, pause, register, server,
  signIn,
} from './client.js';
import { add, loadPasskeys } from './passkeys.js';
import {
  announce, beginWait, byId, clearNotices, confirmed, element, markInvalid, refreshTimes, renderPasskeys, renderSessions, showFailure,
  words,
} from './view.js';

export const page = { title: document.title, view: null, busy: false, wait: null, stale: false, usable: true };
export const session = { account: null, passkeys: [] };
/** Whether the lists on the screen may be out of date, and where it is said that they could not be loaded. */
export const lists = { stale: false, notice: null };

// ---- Actions: one at a time, with a busy button and the outcome beside it -------------------------------

/** Whether something is under way that the account on the screen must not change under. */
const occupied = () => page.busy || byId('confirm').open;

function cancelWait() {
  if (!page.wait) return;
  // The button that has the focus is about to go.
  if (document.activeElement === byId('cancel')) page.wait.button.focus();
  page.wait.cancel();
}

/** `account` is the user handle that a question was asked about before, where there was one. */
export async function act({ button, notice, work, failed, account = server.account }) {
  if (page.busy) return;
  if (server.outdated) {
    byId('reload').focus();
    return;
  }
  page.busy = true;
  clearNotices();
  const wait = page.wait = Object.assign(beginWait(button), { account });
  await stopAutofill();
  try {
    await work(wait);
  } catch (error) {
    await explain(error, notice, failed);
  } finally {
    wait.end();
    page.wait = null;
    page.busy = false;
  }
  if (page.stale || lists.stale) await recheck();
  startAutofill();
}

async function explain(error, notice, failed) {
  if (error.code === 'not-signed-in' && page.view === 'in') {
    leave('Your session has ended. Sign in again to go on.', 'warning');
  } else if (error.code === 'account-changed') {
    await showOtherAccount();
  } else if (error.code !== 'account-missing') {
    showFailure(notice, browserFailure(error));
    failed?.(error);
  }
}

/**
 * Asks for a decision, and does `action` after a yes: with the account that the question was about, whichever is on the
 * screen by then. What happened in other windows meanwhile is looked at after that.
 */
export async function decided(question, action) {
  if (page.busy) return;
  const { account } = server;
  if (await confirmed(question)) await act({ ...action, account });
  else if (page.stale || lists.stale) await recheck();
}

/** Asks for a decision in the course of an action; a no ends the action. */
export async function proceed(wait, question) {
  wait.side('user');
  if (!await confirmed({ no: 'Cancel', tone: 'primary', ...question })) wait.cancel();
  wait.signal.throwIfAborted();
}

/**
 * Does what needs a confirmation with a passkey. If the server has no recent one, the user is asked for it; `before`
 * and `after` are steps around that. `work` gets whether it was given here.
 */
export async function withConfirmation(act, wait, work, { before = () => {}, after = () => {} } = {}) {
  try {
    return await work(false);
  } catch (error) {
    if (error.code !== 'reauthentication-required') throw error;
  }
  await before();
  await confirmWithPasskey(act, wait);
  await after();
  return work(true);
}

/**
 * Does what may be done although its answer doesn't come, be it lost or cancelled: `look` finds out then whether it was.
 * It gives what the answer would have said, or nothing if it was not done.
 */
export async function certain(request, look) {
  try {
    return await request();
  } catch (error) {
    // The browser repeats a request by itself if its answer is lost, and the second one finds nothing to do.
    if (!error.uncertain && error.code !== 'not-found') throw error;
    const found = await look().catch((failure) => { throw failure.code === 'not-signed-in' ? failure : error; });
    if (found) return found;
    throw error.uncertain ? Object.assign(error, { advice: 'A moment later it had not been done. Try again.' }) : error;
  }
}

// ---- Passkeys among the name field's suggestions ---------------------------------------------------------

const autofill = { available: false, wait: null, settled: Promise.resolve(), timer: 0, until: 0 };
/** How long the browser gets to end a conditional request, in milliseconds; some providers' objects never do. */
const LET_GO = 2_000;

function startAutofill() {
  if (!autofill.available || autofill.wait || page.view !== 'out' || page.busy || document.hidden || server.outdated || !page.usable) return;
  autofill.wait = new Wait();
  autofill.settled = offerAutofill(autofill.wait);
}

/** Ends the pending request and waits until the browser has let go of it. */
async function stopAutofill() {
  clearTimeout(autofill.timer);
  autofill.wait?.cancel();
  autofill.wait = null;
  await Promise.race([autofill.settled, pause(LET_GO)]);
}

async function refreshAutofill() {
  if (!page.busy) await stopAutofill();
  startAutofill();
}

async function offerAutofill(wait) {
  const begun = Date.now();
  try {
    const { ceremony, lifetime, get } = await conditionalRequest(wait);
    if (wait.signal.aborted) return;
    // The request has no end of its own, its challenge has: a fresh one in good time.
    const life = 0.8 * lifetime;
    Object.assign(autofill, { until: begun + life, timer: setTimeout(refreshAutofill, life) });
    const credential = await get();
    if (wait.signal.aborted) return;
    autofill.wait = null;
    // Not awaited: the request has settled, and what follows may stop and start others.
    act({
      button: byId('sign-in'),
      notice: byId('sign-in-notice'),
      work: async (wait) => {
        const account = await entered(() => finishSignIn(ceremony, credential, wait));
        await enter(account, 'You are signed in.', { wait });
      },
    });
  } catch {
    if (wait.signal.aborted) return;
    clearTimeout(autofill.timer);
    autofill.wait = null;
    // Refused at once means that it would be refused again; later, that the user turned it down.
    if (Date.now() - begun > 2_000) setTimeout(startAutofill, 1_000);
  }
}

// ---- Views --------------------------------------------------------------------------------------------

const VIEWS = { out: ['view-out', 'out-title', 'Sign in'], in: ['view-in', 'account-name', 'Your passkeys'], failed: ['view-failed', 'failed-title', 'Not loaded'] };

/** Shows one of the views, or with `null` none. */
function show(view, { focus }) {
  for (const [other] of Object.values(VIEWS)) byId(other).hidden = other !== VIEWS[view]?.[0];
  page.view = view;
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
  // A question about an account that is not on the screen any more has no subject.
  if (handle !== server.account && byId('confirm').open) byId('confirm').close('no');
  session.account = account;
  session.passkeys = [];
  server.account = handle;
  Object.assign(lists, { stale: false, notice: null });
}

/** Nothing of an account stays in the document. */
function clear() {
  setAccount(null);
  for (const id of ['account-name', 'passkeys', 'passkeys-hint', 'sessions', 'confirm-title', 'confirm-text', 'metadata-hint', 'metadata-notice']) byId(id).replaceChildren();
  clearNotices();
}

/** To the signed-in view, for this account; its lists are no part of what `wait` is about. */
async function enter(account, text, { focus = true, tone, wait } = {}) {
  wait?.done();
  setAccount(account);
  byId('account-name').textContent = account.name;
  byId('create-form').reset();
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

/** To the signed-out view, saying why. */
export function leave(text, tone = 'success') {
  clear();
  show('out', { focus: true });
  announce(text, tone);
  notify();
}

async function showOtherAccount() {
  try {
    const { account } = await api('GET', '/api/session');
    if (account) await enter(account, words`You are signed in as ${account.name} now: that was done in another window. Nothing was changed.`, { tone: 'warning' });
    else leave('Your session has ended. Nothing was changed. Sign in again to go on.', 'warning');
  } catch (error) {
    leave(browserFailure(error).message, 'warning');
  }
}

async function load({ focus = false } = {}) {
  try {
    const { account, rpId, origins } = await api('GET', '/api/session');
    server.rpId = rpId ?? server.rpId;
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
    showFailure(byId('failed-notice'), browserFailure(error));
  }
  startAutofill();
}

/** Whether the page lies in the browser's cache: nothing of the account is seen when it comes back. */
function hide({ persisted }) {
  if (!persisted) return;
  if (byId('confirm').open) byId('confirm').close('no');
  cancelWait();
  stopAutofill();
  byId('loading').hidden = false;
  show(null, { focus: false });
}

/** Nothing works at an address that the server doesn't accept. */
function showHome(origin) {
  block(new Failure('This page doesn’t work at this address.', {
    advice: `You are at ${location.origin}. The page is at home at:`,
    link: origin,
  }));
}

function block(why) {
  page.usable = false;
  showFailure(byId('capability'), why);
  byId('capability').hidden = false;
  byId('doors').hidden = true;
  byId('add').hidden = true;
}

// ---- Other windows, and time gone by -------------------------------------------------------------------

let windows = null;
try {
  windows = new BroadcastChannel('countersign');
} catch {
  // Not where the browser blocks this site's storage.
}

/** Says to the other windows of this browser which account this is, and whether its passkeys or sessions changed. */
export function notify({ changed = false } = {}) {
  windows?.postMessage({ account: server.account, changed });
}

async function hear({ data }) {
  if (data.changed && data.account === server.account) lists.stale = true;
  // A question about an account that this browser is no longer signed in to has no subject any more.
  if (data.account !== server.account && byId('confirm').open) byId('confirm').close('no');
  await recheck({ always: true });
}

/** Asks the server who is signed in: that may have changed in another window, or while no window was looked at. */
export async function recheck({ always = false } = {}) {
  page.stale = occupied();
  if (page.stale || (document.hidden && !always)) return;
  if (page.view === 'failed') await load();
  if (!['out', 'in'].includes(page.view)) return;
  const answer = await api('GET', '/api/session').catch(() => null);
  // What the person has begun meanwhile goes on with the account that it was begun with.
  page.stale = occupied();
  if (page.stale) return;
  if (answer) await follow(answer.account);
  if (autofill.wait && Date.now() > autofill.until) await refreshAutofill();
  else startAutofill();
}

async function follow(account) {
  if (account?.userHandle === session.account?.userHandle) {
    // A name that is being typed stays.
    if (account && lists.stale && !document.querySelector('.rename:not([hidden])')) await reload().catch(() => {});
    return;
  }
  await stopAutofill();
  page.stale = occupied();
  if (page.stale) return;
  clearNotices();
  if (account) await enter(account, 'You are signed in.').catch((error) => leave(error.message, 'warning'));
  else leave('You have been signed out.');
}

// ---- Lists ----------------------------------------------------------------------------------------------

async function loadSessions() {
  const { sessions } = await api('GET', '/api/sessions');
  renderSessions(sessions, endSession);
  return sessions;
}

async function reload() {
  lists.stale = false;
  try {
    await Promise.all([loadPasskeys(), loadSessions()]);
  } catch (error) {
    lists.stale = true;
    throw error;
  }
  lists.notice?.replaceChildren();
  lists.notice = null;
}

/** Loads the lists, which may also come later; a failure is one only if they are not of the account on the screen. */
async function refresh(notice = byId('add-notice')) {
  try {
    await reload();
  } catch (error) {
    if (['not-signed-in', 'account-changed'].includes(error.code)) throw error;
    lists.notice = notice;
    showFailure(notice, browserFailure(error));
  }
}

/** Says what is done, and loads the lists anew: it stands whatever becomes of that. */
export async function done(wait, text, notice) {
  wait.done();
  announce(text);
  notify({ changed: true });
  // Where another account is signed in by now, the end of the action finds that out, since the lists are stale.
  await refresh(notice).catch(() => {});
}

// ---- Account and sessions -------------------------------------------------------------------------------

/** The account that a finish opened; if its answer doesn't come, the server says whether that one is signed in now. */
async function entered(finish, advice = 'You may be signed in by now, or not. Reload the page to see, or try again.') {
  try {
    return await finish();
  } catch (error) {
    if (!error.uncertain) throw error;
    const { account } = await api('GET', '/api/session').catch(() => ({}));
    if (account && account.userHandle === error.userHandle) return account;
    throw Object.assign(error, { advice });
  }
}

function createAccount(event) {
  event.preventDefault();
  const input = byId('name');
  const name = input.value.trim();
  act({
    button: byId('create'),
    notice: byId('create-notice'),
    failed: ({ code }) => {
      if (!code || code.startsWith('name-')) markInvalid(input);
    },
    work: async (wait) => {
      if (!name) throw new Failure('Type a name first.');
      const account = await entered(
        async () => (await register('create', '/api/accounts', { name }, wait)).account,
        'The account may exist by now, with its passkey. Try to sign in before you create it again.',
      );
      await enter(account, 'Your account is ready, and you are signed in.', { wait });
    },
  });
}

function signInByButton() {
  act({
    button: byId('sign-in'),
    notice: byId('sign-in-notice'),
    work: async (wait) => enter(await entered(() => signIn(wait)), 'You are signed in.', { wait }),
  });
}

function signOut() {
  act({
    button: byId('sign-out'),
    notice: byId('sign-out-notice'),
    work: async (wait) => {
      await certain(() => api('DELETE', '/api/session', { wait }), over);
      leave('You are signed out.');
    },
  });
}

/** Whether the session is over. */
async function over() {
  const { account } = await api('GET', '/api/session');
  // That of another account says nothing about this one's.
  if (account && account.userHandle !== server.account) throw new Failure('Another account is signed in by now.');
  return account ? null : {};
}

/** Deletes the account; `sure` says that it was signed in a moment ago, since that was confirmed then. */
async function deleted(wait, sure) {
  try {
    return await certain(() => api('DELETE', '/api/account', { wait }), async () => await over() && { sure });
  } catch (error) {
    // The browser repeats a request by itself if its answer is lost, and the second one is refused.
    if (error.code === 'not-signed-in' && sure) return { sure };
    throw error;
  }
}

function deleteAccount() {
  if (!session.account) return;
  const { name } = session.account;
  decided({
    title: words`Delete the account ${name}?`,
    text: 'The account, its passkeys and its sessions are removed from this server. This can’t be undone. You confirm it with a passkey.',
    yes: 'Delete account',
    no: 'Keep the account',
  }, {
    button: byId('delete'),
    notice: byId('delete-notice'),
    work: async (wait) => {
      const { signals, sure } = await withConfirmation({ kind: 'delete-account' }, wait, (sure) => deleted(wait, sure));
      passOn(signals);
      if (signals) leave(words`The account ${name} is deleted.`);
      else if (sure) leave(words`You are signed out, and the account ${name} is probably deleted: the server’s answer was lost.`, 'warning');
      else leave(words`You are signed out, and the account ${name} may be deleted: the server’s answer was lost.`, 'warning');
    },
  });
}

function endSession(part, one) {
  act({
    button: part('end'),
    notice: byId('sessions-notice'),
    work: async (wait) => {
      await certain(
        () => api('DELETE', `/api/sessions/${one.id}`, { wait }),
        async () => !(await loadSessions()).some(({ id }) => id === one.id),
      );
      await sessionsEnded(wait, 'That session is signed out.');
    },
  });
}

function endOtherSessions() {
  act({
    button: byId('end-others'),
    notice: byId('sessions-notice'),
    work: async (wait) => {
      const { ended } = await certain(
        () => api('DELETE', '/api/sessions', { wait }),
        async () => (await loadSessions()).every(({ current }) => current) && {},
      );
      const other = ended === undefined ? 'The other sessions are' : ended === 1 ? 'One other session is' : `${ended} other sessions are`;
      await sessionsEnded(wait, `${other} signed out.`);
    },
  });
}

async function sessionsEnded(wait, text) {
  await done(wait, text, byId('sessions-notice'));
  byId('sessions-title').focus();
}

// ---- Start ------------------------------------------------------------------------------------------------

function showOutdated() {
  byId('outdated-text').replaceChildren(element('p', 'This page is from before an update. Reload it.'));
  byId('outdated').hidden = false;
  stopAutofill();
}

/** What the first click of a series hit. */
let clicked = null;

/**
 * The second click of a double click must not answer a question that the first one brought up, nor move the focus. In a
 * field that the first one hit too, it selects a word.
 */
function ignoreSecondClick(event) {
  const { type, detail, target } = event;
  if (type === 'mousedown' && detail === 1) clicked = target;
  if (detail < 2 || (target === clicked && target.matches('input'))) return;
  if (target.closest('button, form:not(#create-form), .passkey-head')) event.preventDefault();
}

function listen() {
  for (const [id, action] of [
    ['sign-in', signInByButton], ['add', add], ['sign-out', signOut], ['delete', deleteAccount], ['end-others', endOtherSessions],
    ['retry', () => load({ focus: true })], ['cancel', cancelWait], ['reload', () => location.reload()],
  ]) byId(id).addEventListener('click', action);
  byId('create-form').addEventListener('submit', createAccount);
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
  if (!why) {
    const asked = Promise.resolve(PublicKeyCredential.isConditionalMediationAvailable?.());
    autofill.available = await Promise.race([asked, pause(LET_GO)]).catch(() => false) ?? false;
    if (autofill.available) byId('name-hint').append(' If you have an account, this field suggests its passkey.');
  }
  await load();
}

start();
