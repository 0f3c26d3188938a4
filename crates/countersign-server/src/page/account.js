// The account: its name, its data as a file, signing out, and its deletion.

import { act, certain, decided, flow, lists, notify, page, session } from './actions.js';
import { Failure, passkeys, server } from './client.js';
import { announce, byId, markInvalid, words } from './view.js';

function openForm() {
  if (page.busy || !session.account) return;
  const input = byId('new-name');
  input.value = session.account.name;
  byId('account-actions').hidden = true;
  byId('account-form').hidden = false;
  input.select();
  input.focus();
}

/** Closes the form for a new name. */
export function closeForm({ focus = false } = {}) {
  byId('account-form').hidden = true;
  byId('account-actions').hidden = false;
  byId('new-name').removeAttribute('aria-invalid');
  if (focus) byId('rename-account').focus();
}

function cancelForm() {
  if (page.busy) return;
  byId('account-notice').replaceChildren();
  closeForm({ focus: true });
  if (lists.stale) flow.recheck();
}

function rename(event) {
  event.preventDefault();
  const input = byId('new-name');
  const name = input.value.trim();
  act({
    button: byId('save-name'),
    notice: byId('account-notice'),
    failed: ({ code }) => (!code || code.startsWith('name-') ? markInvalid(input) : input.focus()),
    work: async (wait) => {
      if (!name) throw new Failure('Type a name first.');
      const account = await certain(() => passkeys.renameAccount(name, wait.options()), () => renamed(name));
      session.account = account;
      byId('account-name').textContent = account.name;
      closeForm({ focus: true });
      announce(words`Your account is called ${account.name} now.`);
      notify({ changed: true });
    },
  });
}

/** The account as the server has it now, if it has the wanted name or the server's form of it. */
async function renamed(wanted) {
  const { account } = await passkeys.session();
  const isOther = account?.userHandle !== session.account?.userHandle;
  return !isOther && (account.name === wanted || account.name !== session.account.name) ? account : null;
}

function download() {
  act({
    button: byId('download'),
    notice: byId('data-notice'),
    work: async (wait) => {
      const data = await passkeys.request('GET', '/account/data', undefined, wait.options());
      wait.done();
      const file = new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' });
      const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(file), download: 'account.json' });
      link.click();
      URL.revokeObjectURL(link.href);
      announce('Your data is in the file account.json.');
    },
  });
}

function signOut() {
  act({
    button: byId('sign-out'),
    notice: byId('sign-out-notice'),
    work: async (wait) => {
      await certain(() => passkeys.signOut(wait.options()), over);
      flow.leave('You are signed out.');
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
        flow.leave(words`The account ${name} is deleted.`);
      } else {
        const text = words`You are signed out, and the account ${name} `;
        flow.leave([...text, `${likely} deleted: the server’s answer was lost.`], 'warning');
      }
    },
  });
}

export function listenForAccount() {
  byId('rename-account').addEventListener('click', openForm);
  byId('keep-name').addEventListener('click', cancelForm);
  byId('account-form').addEventListener('submit', rename);
  byId('account-form').addEventListener('keydown', ({ key }) => key === 'Escape' && cancelForm());
  byId('download').addEventListener('click', download);
  byId('sign-out').addEventListener('click', signOut);
  byId('delete').addEventListener('click', deleteAccount);
}
