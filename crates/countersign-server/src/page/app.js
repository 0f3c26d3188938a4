// The page of a Countersign server: create an account, sign in, look after passkeys and sessions.
//
// This module has what the user does and what the page then shows; client.js talks to the server and the authenticator,
// view.js makes the parts of the document. index.html preloads both, so that three files take no more round trips than
// one. Nothing comes from elsewhere.

import {
  Failure, Wait, api, browserFailure, conditionalRequest, confirmWithPasskey, finishSignIn, listed, obstacle, passOn, pause, register,
  server, signIn,
} from './client.js';
import {
  announce, beginWait, byId, clearNotices, confirmed, element, markInvalid, passkeyItem, refreshTimes, renderMetadata, renderPasskeys,
  renderSessions, showFailure, words,
} from './view.js';

const page = { title: document.title, view: null, busy: false, wait: null, stale: false, usable: true };
const session = { account: null, passkeys: [] };

// ---- Actions: one at a time, with a busy button and the outcome beside it -------------------------------

function cancelWait() {
  if (!page.wait) return;
  // The button that has the focus is about to go.
  if (document.activeElement === byId('cancel')) page.wait.button.focus();
  page.wait.cancel();
}

async function act({ button, notice, work, failed }) {
  if (page.busy) return;
  if (server.outdated) {
    byId('reload').focus();
    return;
  }
  page.busy = true;
  clearNotices();
  const wait = page.wait = beginWait(button);
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
  if (page.stale) await recheck();
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

/** Asks for a decision. What happened in other windows meanwhile is looked at after a no. */
async function decided(question) {
  const go = await confirmed(question);
  if (!go && page.stale) await recheck();
  return go;
}

/** Asks for a decision in the course of an action; a no ends the action. */
async function proceed(wait, question) {
  wait.side('user');
  if (!await confirmed({ no: 'Cancel', tone: 'primary', ...question })) wait.cancel();
  wait.signal.throwIfAborted();
}

/**
 * Does what needs a confirmation with a passkey. If the server has no recent one, the user is asked for it; `before`
 * and `after` are steps around that.
 */
async function withConfirmation(act, wait, work, { before = () => {}, after = () => {} } = {}) {
  try {
    return await work();
  } catch (error) {
    if (error.code !== 'reauthentication-required') throw error;
  }
  await before();
  await confirmWithPasskey(act, wait);
  await after();
  return work();
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
  session.account = account;
  session.passkeys = [];
  server.account = account?.userHandle ?? null;
}

/** To the signed-in view, for this account. */
async function enter(account, text, { focus = true, tone, wait } = {}) {
  setAccount(account);
  byId('account-name').textContent = account.name;
  byId('create-form').reset();
  document.querySelector('.danger').open = false;
  renderPasskeys([], {});
  renderSessions([]);
  try {
    await reload(wait);
  } catch (error) {
    if (['not-signed-in', 'account-changed'].includes(error.code)) {
      setAccount(null);
      throw error;
    }
    showFailure(byId('add-notice'), error);
  }
  show('in', { focus });
  announce(text, tone);
  notify();
}

/** To the signed-out view, saying why. No name of the account stays in the document. */
function leave(text, tone = 'success') {
  if (byId('confirm').open) byId('confirm').close('no');
  setAccount(null);
  for (const id of ['account-name', 'passkeys', 'passkeys-hint', 'sessions', 'confirm-title', 'confirm-text']) byId(id).replaceChildren();
  clearNotices();
  show('out', { focus: true });
  announce(text, tone);
  notify();
}

async function showOtherAccount() {
  const { account } = await api('GET', '/api/session').catch(() => ({}));
  if (!account) {
    leave('Your session has ended. Nothing was changed. Sign in again to go on.', 'warning');
    return;
  }
  await enter(account, words`You are signed in as ${account.name} now: that was done in another window. Nothing was changed.`, { tone: 'warning' }).catch(() => {});
}

async function load({ focus = false } = {}) {
  try {
    const { account, rpId, origin } = await api('GET', '/api/session');
    server.rpId = rpId ?? server.rpId;
    if (origin && origin !== location.origin) showHome(origin);
    if (account) await enter(account, '', { focus });
    else show('out', { focus });
  } catch (error) {
    show('failed', { focus });
    showFailure(byId('failed-notice'), browserFailure(error));
  }
  startAutofill();
}

/** Whether the page lies in the browser's cache: nothing of the account is seen when it comes back. */
function hide({ persisted }) {
  if (!persisted) return;
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
function notify({ changed = false } = {}) {
  windows?.postMessage({ account: server.account, changed });
}

async function hear({ data }) {
  // A question about an account that this browser is no longer signed in to has no subject any more.
  if (data.account !== server.account && byId('confirm').open) byId('confirm').close('no');
  await recheck({ always: true, changed: data.changed });
}

/** Asks the server who is signed in: that may have changed in another window, or while no window was looked at. */
async function recheck({ always = false, changed = false } = {}) {
  page.stale = page.busy || byId('confirm').open;
  if (page.stale || (document.hidden && !always)) return;
  if (page.view === 'failed') await load();
  if (!['out', 'in'].includes(page.view)) return;
  const answer = await api('GET', '/api/session').catch(() => null);
  if (answer && !page.busy) await follow(answer.account, changed);
  if (autofill.wait && Date.now() > autofill.until) await refreshAutofill();
  else startAutofill();
}

async function follow(account, changed) {
  if (account?.userHandle === session.account?.userHandle) {
    // A name that is being typed stays.
    if (account && changed && !document.querySelector('.rename:not([hidden])')) await reload().catch(() => {});
    return;
  }
  clearNotices();
  await stopAutofill();
  if (account) await enter(account, 'You are signed in.').catch((error) => leave(error.message, 'warning'));
  else leave('You have been signed out.');
}

// ---- Passkeys -------------------------------------------------------------------------------------------

const PASSKEY_ACTIONS = { rename: openRename, save: rename, cancel: closeRename, remove };

async function loadPasskeys(wait) {
  const { credentials, metadata, signals } = await listed('GET', '/api/credentials', { wait });
  // The list is of the account that is signed in now, not of the one that is on the screen.
  if (signals.allAcceptedCredentials.userId !== server.account) {
    throw new Failure('Another account is signed in by now.', { code: 'account-changed', advice: 'Reload the page.' });
  }
  session.passkeys = credentials;
  renderPasskeys(credentials, PASSKEY_ACTIONS);
  renderMetadata(metadata);
}

async function loadSessions(wait) {
  const { sessions } = await api('GET', '/api/sessions', { wait });
  renderSessions(sessions, endSession);
}

const reload = (wait) => Promise.all([loadPasskeys(wait), loadSessions(wait)]);
const has = (id) => session.passkeys.some((one) => one.id === id);

function openRename(part, passkey) {
  if (page.busy) return;
  const form = part('rename-form');
  part('actions').hidden = true;
  form.hidden = false;
  form.elements.label.value = passkey.label;
  form.elements.label.select();
  form.elements.label.focus();
}

function closeRename(part) {
  if (page.busy) return;
  part('rename-form').hidden = true;
  part('actions').hidden = false;
  part('notice').replaceChildren();
  part('name').removeAttribute('aria-invalid');
  part('rename').focus();
}

function rename(item, part, passkey) {
  const input = part('name');
  const label = input.value.trim();
  act({
    button: part('save'),
    notice: part('notice'),
    failed: ({ code }) => (!code || code.startsWith('label-') ? markInvalid(input) : input.focus()),
    work: async (wait) => {
      if (!label) throw new Failure('Give the passkey a name first.');
      const { credential } = await api('PATCH', `/api/credentials/${passkey.id}`, { body: { label }, wait });
      session.passkeys = session.passkeys.map((one) => (one.id === credential.id ? credential : one));
      const renamed = passkeyItem(credential, session.passkeys.length, PASSKEY_ACTIONS);
      item.replaceWith(renamed);
      renamed.querySelector('[data-part=rename]').focus();
      announce(words`Renamed to ${credential.label}.`);
      notify({ changed: true });
    },
  });
}

async function remove(part, passkey) {
  if (page.busy) return;
  const go = await decided({
    title: words`Remove ${passkey.label}?`,
    text: `${passkey.current ? 'You signed in with this passkey, so you will be signed out. ' : ''}It won’t open your account any more. Delete it in your password manager or on your security key too, if it still shows there. You confirm this with a passkey.`,
    yes: 'Remove passkey',
    no: 'Keep it',
  });
  if (!go) return;
  act({
    button: part('remove'),
    notice: part('notice'),
    work: async (wait) => {
      const signedOut = await withConfirmation({ kind: 'remove-credential', credential: passkey.id }, wait, () => removed(passkey, wait));
      if (signedOut) {
        leave(words`${passkey.label} is removed, and you are signed out: you had signed in with it.`);
        return;
      }
      await reload(wait);
      announce(words`${passkey.label} is removed.`);
      byId('passkeys-title').focus();
      notify({ changed: true });
    },
  });
}

/** Removes a passkey; resolves to whether that ended this session too. */
async function removed(passkey, wait) {
  try {
    return (await listed('DELETE', `/api/credentials/${passkey.id}`, { wait })).signedOut;
  } catch (error) {
    // The browser repeats a request by itself if its answer is lost, and the second answer is `not-found`.
    if (!error.lost && error.code !== 'not-found') throw error;
    await loadPasskeys(wait);
    if (has(passkey.id)) throw error;
    return false;
  }
}

function add() {
  act({
    button: byId('add'),
    notice: byId('add-notice'),
    work: async (wait) => {
      const { credential } = await withConfirmation({ kind: 'add-credential' }, wait, () => added(wait), {
        before: () => proceed(wait, {
          title: 'First confirm that it is you',
          text: 'Use a passkey that you have. After that you make the new one.',
          yes: 'Use my passkey',
        }),
        // A new click also because some browsers make passkeys only after one.
        after: () => proceed(wait, {
          title: 'Now make the new passkey',
          text: 'On this device, on another one, or on a security key that has none for this account yet.',
          yes: 'Make the passkey',
        }),
      });
      await reload(wait);
      announce(words`${credential.label} is added. You can rename it below.`);
      byId('passkeys').querySelector(`[data-id="${CSS.escape(credential.id)}"] [data-part=label]`)?.focus();
      notify({ changed: true });
    },
  });
}

/** Makes and adds a passkey; if the answer is lost, the list says whether it was added. */
async function added(wait) {
  try {
    return await register('add', '/api/credentials', {}, wait);
  } catch (error) {
    if (!error.uncertain) throw error;
    await loadPasskeys().catch(() => { throw Object.assign(error, { advice: 'The passkey may have been added. Reload the page to see.' }); });
    const credential = session.passkeys.find((one) => one.id === error.credentialId);
    if (!credential) throw Object.assign(error, { advice: 'The passkey was not added to your account. Try again.' });
    return { credential };
  }
}

// ---- Account and sessions -------------------------------------------------------------------------------

/** The account that a finish opened; if its answer is lost, the server says whether one is signed in now. */
async function entered(finish, advice) {
  try {
    return await finish();
  } catch (error) {
    if (!error.uncertain) throw error;
    const { account } = await api('GET', '/api/session').catch(() => ({}));
    if (account) return account;
    throw Object.assign(error, advice && { advice });
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
      await over(() => api('DELETE', '/api/session', { wait }));
      leave('You are signed out.');
    },
  });
}

/** Does what ends the session; if its answer is lost, the server says whether it has ended. */
async function over(request) {
  try {
    return await request();
  } catch (error) {
    // The browser repeats a request by itself if its answer is lost, and the second one is refused.
    if (!error.lost && error.code !== 'not-signed-in') throw error;
    const answer = await api('GET', '/api/session').catch(() => { throw error; });
    if (answer.account) throw error;
    return {};
  }
}

async function deleteAccount() {
  if (page.busy) return;
  const { name } = session.account;
  const go = await decided({
    title: words`Delete the account ${name}?`,
    text: 'The account, its passkeys and its sessions are removed from this server. This can’t be undone. You confirm it with a passkey.',
    yes: 'Delete account',
    no: 'Keep the account',
  });
  if (!go) return;
  act({
    button: byId('delete'),
    notice: byId('delete-notice'),
    work: async (wait) => {
      const { signals } = await withConfirmation({ kind: 'delete-account' }, wait, () => over(() => api('DELETE', '/api/account', { wait })));
      passOn(signals);
      if (signals) leave(words`The account ${name} is deleted.`);
      else leave(words`You are signed out, and the account ${name} is probably deleted: the server’s answer was lost.`, 'warning');
    },
  });
}

function endSession(part, one) {
  act({
    button: part('end'),
    notice: byId('sessions-notice'),
    work: async (wait) => {
      await api('DELETE', `/api/sessions/${one.id}`, { wait });
      await loadSessions(wait);
      announce('That session is signed out.');
      byId('sessions-title').focus();
      notify({ changed: true });
    },
  });
}

function endOtherSessions() {
  act({
    button: byId('end-others'),
    notice: byId('sessions-notice'),
    work: async (wait) => {
      const { ended } = await api('DELETE', '/api/sessions', { wait });
      await loadSessions(wait);
      announce(ended === 1 ? 'One other session is signed out.' : `${ended} other sessions are signed out.`);
      byId('sessions-title').focus();
      notify({ changed: true });
    },
  });
}

// ---- Start ------------------------------------------------------------------------------------------------

function showOutdated() {
  byId('outdated-text').replaceChildren(element('p', 'This page is from before an update. Reload it.'));
  byId('outdated').hidden = false;
  stopAutofill();
}

/** The second click of a double click must not answer a question that the first one brought up, nor move the focus. */
function ignoreSecondClick(event) {
  if (event.detail > 1 && event.target.closest('button, form:not(#create-form), .passkey-head')) event.preventDefault();
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
