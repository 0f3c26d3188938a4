// The ways into an account: creating it, signing in, and the passkeys among the name field's suggestions.

import { act, flow, page } from './actions.js';
import { Failure, Wait, passkeys, pause, server } from './client.js';
import { goOn, mustConfirm } from './returning.js';
import { byId, markInvalid } from './view.js';

/** The account that a finish signed in. If its answer is lost, the server is asked whether that account is signed in. */
export async function entered(finish, advice = 'You may be signed in by now, or not. Reload the page to see, or try again.') {
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
      await flow.arrive(account, 'Your account is ready, and you are signed in.', wait);
    },
  });
}

function signInByButton() {
  act({
    button: byId('sign-in'),
    notice: byId('sign-in-notice'),
    work: async (wait) => flow.arrive(await entered(() => passkeys.signIn(wait.options())), 'You are signed in.', wait),
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
    work: async (wait) => flow.arrive(await entered(() => passkeys.signIn(wait.options())), 'You are signed in.', wait),
  });
}

// ---- Passkeys among the name field's suggestions ---------------------------------------------------------

const autofill = { available: false, wait: null };
/** How long the browser has to say whether it suggests passkeys, in milliseconds. */
const AVAILABLE = 2_000;

export function startAutofill() {
  const idle = page.view === 'out' && page.usable && !page.busy && !document.hidden;
  if (!autofill.available || autofill.wait || !idle || server.outdated) return;
  autofill.wait = new Wait();
  offerAutofill(autofill.wait);
}

export function stopAutofill() {
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
        await flow.arrive(account, 'You are signed in.', wait);
      },
    });
  };
  await passkeys.autofill(wait.options({ chosen })).catch(() => {});
  if (autofill.wait === wait) autofill.wait = null;
}

/** Finds out whether the browser suggests passkeys, and says so. */
export async function findAutofill() {
  const asked = Promise.resolve(PublicKeyCredential.isConditionalMediationAvailable?.());
  autofill.available = await Promise.race([asked, pause(AVAILABLE)]).catch(() => false) ?? false;
  if (autofill.available) byId('name-hint').append(' If you have an account, this field suggests its passkey.');
}

export function listenForEntrance() {
  byId('sign-in').addEventListener('click', signInByButton);
  byId('continue').addEventListener('click', continueToApplication);
  byId('create-form').addEventListener('submit', createAccount);
}
