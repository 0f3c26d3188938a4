// The name of the account, and its data as a file.

import { act, certain, lists, flow, notify, page, session } from './actions.js';
import { Failure, passkeys } from './client.js';
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

export function listenForAccount() {
  byId('rename-account').addEventListener('click', openForm);
  byId('keep-name').addEventListener('click', cancelForm);
  byId('account-form').addEventListener('submit', rename);
  byId('account-form').addEventListener('keydown', ({ key }) => key === 'Escape' && cancelForm());
  byId('download').addEventListener('click', download);
}
