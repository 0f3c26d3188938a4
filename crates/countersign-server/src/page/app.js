// The page of a Countersign server: create an account, sign in, manage passkeys and sessions.
//
// This module has the views and the actions with an account and its sessions, passkeys.js those with its passkeys,
// recovery.js those with recovery codes, and account.js those with its name and its data; actions.js has what all actions
// share, client.js talks to the server and the authenticator, returning.js leads back to the application that sent the user
// here, and view.js makes the parts of the document. index.html preloads the others, so that eight files take no more round
// trips than one. Nothing is loaded from elsewhere.

import { closeForm, listenForAccount } from './account.js';
import {
  act, cancelWait, certain, decided, done, flow, lists, notify, occupied, page, session, windows,
} from './actions.js';
import { Failure, Wait, failure, obstacle, passkeys, pause, server } from './client.js';
import { add, loadPasskeys } from './passkeys.js';
import { hideCodes, listenForRecovery, loadRecovery } from './recovery.js';
import { findWay, goOn, mustConfirm, showWay } from './returning.js';
import {
  announce, byId, clearNotices, element, markInvalid, refreshTimes, renderPasskeys, renderSessions, showFailure, words,
} from './view.js';

// ---- Passkeys among the name field's suggestions ---------------------------------------------------------

const autofill = { available: false, wait: null };
/** How long the browser has to say whether it suggests passkeys, in milliseconds. */
const AVAILABLE = 2_000;

function startAutofill() {
  const idle = page.view === 'out' && page.usable && !page.busy && !document.hidden;
  if (!autofill.available || autofill.wait || !idle || server.outdated) return;
  autofill.wait = new Wait();
  offerAutofill(autofill.wait);
}

function stopAutofill() {
  autofill.wait?.cancel();
  autofill.wait = null;
}

async function offerAutofill(wait) {
  const chosen = async (finish) => {
    if (wait.signal.aborted) return;
    autofill.wait = null;
    // Not awaited: the request has settled, and the action may stop and start others.
    act({
      button: byId('sign-in'),
      notice: byId('sign-in-notice'),
      work: async (wait) => {
        const account = await entered(() => finish(wait.options()));
        await arrive(account, 'You are signed in.', wait);
      },
    });
  };
  await passkeys.autofill(wait.options({ chosen })).catch(() => {});
  if (autofill.wait === wait) autofill.wait = null;
}

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

async function loadSessions() {
  const sessions = await passkeys.sessions();
  renderSessions(sessions, endSession);
  return sessions;
}

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

// ---- Account and sessions -------------------------------------------------------------------------------

/** The account that a finish signed in. If its answer is lost, the server is asked whether that account is signed in. */
async function entered(finish, advice = 'You may be signed in by now, or not. Reload the page to see, or try again.') {
  try {
    return await finish();
  } catch (error) {
    if (!error.uncertain) throw error;
    const { account } = await passkeys.session().catch(() => ({}));
    if (account && account.userHandle === error.userHandle) return account;
    throw Object.assign(error, { advice });
  }
}

function createAccount(event) {
  event.preventDefault();
  const input = byId('name');
  const name = input.value.trim();
  const invitation = byId('invited').hidden ? undefined : byId('invitation').value.trim();
  act({
    button: byId('create'),
    notice: byId('create-notice'),
    failed: ({ code }) => {
      if (code?.startsWith('invitation-') || code === 'code-malformed' || (!code && name)) markInvalid(byId('invitation'));
      else if (!code || code.startsWith('name-')) markInvalid(input);
    },
    work: async (wait) => {
      if (!name) throw new Failure('Type a name first.');
      if (invitation === '') throw new Failure('Type your invitation first.');
      const account = await entered(
        () => passkeys.register(name, wait.options({ invitation })),
        'The account may exist by now, with its passkey. Try to sign in before you create it again.',
      );
      await arrive(account, 'Your account is ready, and you are signed in.', wait);
    },
  });
}

function signInByButton() {
  act({
    button: byId('sign-in'),
    notice: byId('sign-in-notice'),
    work: async (wait) => arrive(await entered(() => passkeys.signIn(wait.options())), 'You are signed in.', wait),
  });
}

/** Goes on to the application, after a confirmation with a passkey if it demands one. */
function continueToApplication() {
  if (!mustConfirm()) {
    goOn();
    return;
  }
  act({
    button: byId('continue'),
    notice: byId('return-notice'),
    work: async (wait) => arrive(await entered(() => passkeys.signIn(wait.options())), 'You are signed in.', wait),
  });
}

function signOut() {
  act({
    button: byId('sign-out'),
    notice: byId('sign-out-notice'),
    work: async (wait) => {
      await certain(() => passkeys.signOut(wait.options()), over);
      leave('You are signed out.');
    },
  });
}

/** Returns an object if the session is over, and `null` otherwise. */
async function over() {
  const { account } = await passkeys.session();
  // A session of another account says nothing about this one.
  if (account && account.userHandle !== server.account) throw new Failure('Another account is signed in by now.');
  return account ? null : {};
}

/** Deletes the account. Returns how sure that is. */
async function deleted(wait) {
  try {
    await passkeys.deleteAccount(wait.options());
    return 'is';
  } catch (error) {
    // The browser repeats a request if its answer is lost, and the second one is rejected.
    const repeated = error.code === 'not-signed-in' && error.confirmed;
    if (!repeated) await certain(async () => { throw error; }, over);
    return error.confirmed ? 'is probably' : 'may be';
  }
}

function deleteAccount() {
  if (!session.account) return;
  const { name } = session.account;
  decided({
    title: words`Delete the account ${name}?`,
    text: 'The account, its passkeys and its sessions are removed from this server. This can’t be undone. '
      + 'You confirm it with a passkey.',
    yes: 'Delete account',
    no: 'Keep the account',
  }, {
    button: byId('delete'),
    notice: byId('delete-notice'),
    work: async (wait) => {
      const likely = await deleted(wait);
      if (likely === 'is') {
        leave(words`The account ${name} is deleted.`);
      } else {
        const text = words`You are signed out, and the account ${name} `;
        leave([...text, `${likely} deleted: the server’s answer was lost.`], 'warning');
      }
    },
  });
}

function endSession(part, one) {
  act({
    button: part('end'),
    notice: byId('sessions-notice'),
    work: async (wait) => {
      await certain(
        () => passkeys.endSession(one.id, wait.options()),
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
        async () => ({ ended: await passkeys.endOtherSessions(wait.options()) }),
        async () => (await loadSessions()).every(({ current }) => current) && {},
      );
      const counted = ended === 1 ? 'One other session is' : `${ended} other sessions are`;
      await sessionsEnded(wait, `${ended === undefined ? 'The other sessions are' : counted} signed out.`);
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
  for (const [id, action] of [
    ['sign-in', signInByButton], ['add', add], ['sign-out', signOut], ['delete', deleteAccount],
    ['end-others', endOtherSessions], ['continue', continueToApplication],
    ['retry', () => load({ focus: true })], ['cancel', cancelWait], ['reload', () => location.reload()],
  ]) byId(id).addEventListener('click', action);
  byId('create-form').addEventListener('submit', createAccount);
  listenForAccount();
  listenForRecovery();
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
    autofill.available = await Promise.race([asked, pause(AVAILABLE)]).catch(() => false) ?? false;
    if (autofill.available) byId('name-hint').append(' If you have an account, this field suggests its passkey.');
  }
  await findWay();
  await load();
}

start();
