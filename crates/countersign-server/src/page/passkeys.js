// The actions with the passkeys of an account.

import { act, certain, decided, done, flow, lists, notify, page, proceed, session } from './actions.js';
import { Failure, passkeys, server } from './client.js';
import { passkeyItem, renderMetadata, renderPasskeys, renderRemovable } from './items.js';
import { announce, byId, markInvalid, words } from './view.js';

const PASSKEY_ACTIONS = { rename: openRename, save: rename, cancel: closeRename, remove };

export async function loadPasskeys() {
  // The list is that of the signed-in account, which may not be the one on the screen.
  const { credentials, metadata } = await passkeys.credentials({ account: server.account });
  session.passkeys = credentials;
  renderPasskeys(credentials, PASSKEY_ACTIONS);
  renderRemovable(session);
  renderMetadata(metadata);
}

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
  if (lists.stale) flow.recheck();
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
      const credential = await certain(
        () => passkeys.rename(passkey.id, label, wait.options()),
        () => renamed(passkey, label),
      );
      session.passkeys = session.passkeys.map((one) => (one.id === credential.id ? credential : one));
      const current = passkeyItem(credential, PASSKEY_ACTIONS);
      item.replaceWith(current);
      renderRemovable(session);
      current.querySelector('[data-part=rename]').focus();
      announce(words`Renamed to ${credential.label}.`);
      notify({ changed: true });
    },
  });
}

/** The passkey as the server has it now, if its name is the wanted one or the server's form of it. */
async function renamed({ id, label }, wanted) {
  const { credentials } = await passkeys.credentials({ account: server.account });
  const credential = credentials.find((one) => one.id === id);
  return credential && (credential.label === wanted || credential.label !== label) ? credential : null;
}

function remove(part, passkey) {
  decided({
    title: words`Remove ${passkey.label}?`,
    text: `${session.passkeys.length === 1 ? 'It is your only one: after that, only a recovery code opens your account. ' : ''}${
      passkey.current ? 'You signed in with this passkey, so you will be signed out. ' : ''}It won’t open your account any `
      + 'more. Delete it in your password manager or on your security key too, if it still shows there. You confirm this with a '
      + 'passkey.',
    yes: 'Remove passkey',
    no: 'Keep it',
  }, {
    button: part('remove'),
    notice: part('notice'),
    work: async (wait) => {
      const { signedOut } = await certain(() => passkeys.remove(passkey.id, wait.options()), () => removed(passkey));
      if (signedOut) {
        flow.leave(words`${passkey.label} is removed, and you are signed out: you had signed in with it.`);
        return;
      }
      await done(wait, words`${passkey.label} is removed.`);
      byId('passkeys-title').focus();
    },
  });
}

/** Returns `null` if the passkey is still there, and otherwise whether the session that it created is over. */
async function removed({ id, current }) {
  try {
    await loadPasskeys();
  } catch (error) {
    if (error.code === 'not-signed-in' && current) return { signedOut: true };
    throw error;
  }
  return session.passkeys.some((one) => one.id === id) ? null : { signedOut: false };
}

/** What the user is asked before each step. The new click is needed because some browsers create passkeys only after one. */
const QUESTIONS = {
  confirm: {
    title: 'First confirm that it is you',
    text: 'Use a passkey that you have. After that you create the new one.',
    yes: 'Use my passkey',
  },
  create: {
    title: 'Now create the new passkey',
    text: 'On this device, on another one, or on a security key that has none for this account yet.',
    yes: 'Create the passkey',
  },
  'confirm-again': {
    title: 'Confirm it once more',
    text: 'The new passkey is created. Your confirmation was used in another window meanwhile: use a passkey that you had before.',
    yes: 'Use my passkey',
  },
};

export function add() {
  act({
    button: byId('add'),
    notice: byId('add-notice'),
    work: async (wait) => {
      const credential = await added(wait);
      await done(wait, words`${credential.label} is added. You can rename it below.`);
      byId('passkeys').querySelector(`[data-id="${CSS.escape(credential.id)}"] [data-part=label]`)?.focus();
    },
  });
}

/** Creates and adds a passkey. If the answer is lost, the list shows whether it was added. */
async function added(wait) {
  try {
    return await passkeys.add(wait.options({ ask: (step) => proceed(wait, QUESTIONS[step]) }));
  } catch (error) {
    if (!error.uncertain) throw error;
    const unknown = () => { throw Object.assign(error, { advice: 'The passkey may have been added. Reload the page to see.' }); };
    // Nothing is signalled to the provider: a passkey that is not in the list yet may still be added.
    const { account, credentials } = await passkeys.request('GET', '/credentials').catch(unknown);
    if (account !== server.account) unknown();
    const credential = credentials.find((one) => one.id === error.credentialId);
    const advice = 'A moment later the passkey had not been added to your account. Try again.';
    if (!credential) throw Object.assign(error, { advice });
    return credential;
  }
}
