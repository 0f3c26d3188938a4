// The frame of each action of the user: one at a time, with a confirmation if it requires one, and about the account on the
// screen. app.js and passkeys.js have the actions themselves.

import { failure, server } from './client.js';
import { announce, beginWait, byId, clearNotices, confirmed, showFailure } from './view.js';

export const page = { title: document.title, view: null, busy: false, wait: null, stale: false, usable: true };
export const session = { account: null, passkeys: [], recovery: null };
/** Whether the lists on the screen may be out of date, and the notice that says that they could not be loaded. */
export const lists = { stale: false, notice: null };
/** What app.js does before, after and instead of an action. It adds the functions, so that nothing is imported from it. */
export const flow = {};

// ---- Actions: one at a time, with a busy button and the outcome next to it ------------------------------

/** Whether something is under way during which the account on the screen must not change. */
export const occupied = () => page.busy || byId('confirm').open;

export function cancelWait() {
  if (!page.wait) return;
  // The focused button is about to be hidden.
  if (document.activeElement === byId('cancel')) page.wait.button.focus();
  page.wait.cancel();
}

/** Runs an action. `account` is the user handle that a preceding question was about, if there was one. */
export async function act({ button, notice, work, failed, account = server.account }) {
  if (page.busy) return;
  if (server.outdated) {
    byId('reload').focus();
    return;
  }
  page.busy = true;
  clearNotices();
  const wait = page.wait = Object.assign(beginWait(button), { account });
  flow.stopAutofill();
  try {
    await work(wait);
  } catch (error) {
    await explain(error, notice, failed);
  } finally {
    wait.end();
    page.wait = null;
    page.busy = false;
  }
  if (page.stale || lists.stale) await flow.recheck();
  flow.startAutofill();
}

async function explain(error, notice, failed) {
  if (error.code === 'not-signed-in' && page.view === 'in') {
    flow.leave('Your session has ended. Sign in again to go on.', 'warning');
  } else if (error.code === 'account-changed') {
    await flow.showOtherAccount();
  } else if (error.code !== 'account-missing') {
    showFailure(notice, failure(error));
    failed?.(error);
  }
}

/**
 * Asks for a decision, and runs `action` after a yes: with the account that the question was about, even if another is on
 * the screen by then. Changes in other windows are shown after that.
 */
export async function decided(question, action) {
  if (page.busy) return;
  const { account } = server;
  if (await confirmed(question)) await act({ ...action, account });
  else if (page.stale || lists.stale) await flow.recheck();
}

/** Asks for a decision within an action; a no ends the action. */
export async function proceed(wait, question) {
  wait.side('user');
  if (!await confirmed({ no: 'Cancel', tone: 'primary', ...question })) wait.cancel();
  wait.signal.throwIfAborted();
}

/**
 * Sends a request that the server may carry out even if its answer is lost or cancelled. Then `look` asks the server: it
 * returns what the answer would have said, or nothing if the request was not carried out.
 */
export async function certain(request, look) {
  try {
    return await request();
  } catch (error) {
    // The browser repeats a request if its answer is lost, and the second one finds nothing to do.
    if (!error.uncertain && error.code !== 'not-found') throw error;
    const found = await look().catch((again) => { throw again.code === 'not-signed-in' ? again : error; });
    if (found) return found;
    throw error.uncertain ? Object.assign(error, { advice: 'A moment later it had not been done. Try again.' }) : error;
  }
}

// ---- Other windows --------------------------------------------------------------------------------------

export let windows = null;
try {
  windows = new BroadcastChannel('countersign');
} catch {
  // The browser may block this site's storage.
}

/** Sends the account to the other windows of this browser, and whether its passkeys or sessions changed. */
export function notify({ changed = false } = {}) {
  windows?.postMessage({ account: server.account, changed });
}

/** Announces what was done, and loads the lists again. The announcement stays even if that fails. */
export async function done(wait, text, notice) {
  wait.done();
  announce(text);
  notify({ changed: true });
  // If another account is signed in by now, the end of the action finds that out, since the lists are stale.
  await flow.refresh(notice).catch(() => {});
}
