// The way in: signing in, the link that makes an operator, and a confirmation after a while.

import { act, flow } from '/actions.js';
import { Failure, passkeys, server } from '/client.js';
import { announce, byId, element, markInvalid, showFailure, words } from '/view.js';
import { change, takeLink } from './server.js';

/** The token of the link that the page was opened with; it is nowhere else. */
export const link = {
  token: null,
  invitation: null,
  take() {
    const token = takeLink();
    if (token) this.token = token;
    return token !== null;
  },
};

/** Shows the way in, if it is not open yet. Returns whether there is something to do before. */
export async function enter({ account, signUp }, show) {
  if (link.token) {
    try {
      link.invitation ??= (await change('POST', '/link', { link: link.token })).invitation;
    } catch (error) {
      link.token = null;
      show(account ? 'stranger' : 'out');
      byId('stranger-lead').replaceChildren(...(account ? words`You are signed in as ${account.name}.` : []));
      const advice = 'On the server’s machine, “countersign operator link” makes another one. If you are an operator, sign in.';
      showFailure(byId(account ? 'other-notice' : 'link-notice'), new Failure(error.message, { code: error.code, advice }));
      return true;
    }
  }
  byId('create-form').hidden = !link.token || signUp === 'closed';
  byId('out-lead').textContent = link.token
    ? 'The link makes your account an operator. Sign in with it, or create one, and then take the role.'
    : 'Operators manage the accounts and passkeys of this server.';
  if (!account) {
    show('out');
    return true;
  }
  if (!link.token) return false;
  byId('take-lead').replaceChildren(...words`You are signed in as ${account.name}. As an operator, this account can see and change all others.`);
  show('take');
  return true;
}

async function arrive(account) {
  server.account = account.userHandle;
  await flow.load();
}

function signIn() {
  act({
    button: byId('sign-in'),
    notice: byId('sign-in-notice'),
    work: async (wait) => {
      const account = await passkeys.signIn(wait.options());
      wait.done();
      await arrive(account);
    },
  });
}

function create(event) {
  event.preventDefault();
  const name = byId('name').value.trim();
  act({
    button: byId('create'),
    notice: byId('create-notice'),
    failed: ({ code }) => (!code || code.startsWith('name-')) && markInvalid(byId('name')),
    work: async (wait) => {
      if (!name) throw new Failure('Type a name first.');
      const account = await passkeys.register(name, wait.options({ invitation: link.invitation ?? undefined }));
      wait.done();
      await arrive(account);
    },
  });
}

function take() {
  act({
    button: byId('take'),
    notice: byId('take-notice'),
    work: async (wait) => {
      await change('POST', '/role', { link: link.token }, wait.options());
      wait.done();
      link.token = null;
      link.invitation = null;
      await flow.load();
      announce('This account is an operator now.');
    },
  });
}

function unlock() {
  act({
    button: byId('unlock'),
    notice: byId('unlock-notice'),
    work: async (wait) => {
      await passkeys.confirm({ kind: 'verify' }, wait.options());
      wait.done();
      await flow.load();
    },
  });
}

function other(button, notice) {
  act({
    button,
    notice,
    work: async (wait) => {
      await passkeys.signOut(wait.options());
      wait.done();
      server.account = null;
      await flow.load();
    },
  });
}

export function listenForEntrance() {
  byId('sign-in').addEventListener('click', signIn);
  byId('create-form').addEventListener('submit', create);
  byId('take').addEventListener('click', take);
  byId('unlock').addEventListener('click', unlock);
  byId('take-other').addEventListener('click', () => other(byId('take-other'), byId('take-notice')));
  byId('other').addEventListener('click', () => other(byId('other'), byId('other-notice')));
}

/** A link to the section of an account. */
export const accountLink = (userHandle, content) => element('a', content, { href: `#account/${userHandle}` });
