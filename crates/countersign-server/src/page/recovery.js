// Recovery codes: making them, showing them once, and the new passkey that one of them allows.

import { act, done, flow, lists, session } from './actions.js';
import { Failure, passkeys, server } from './client.js';
import { renderRecovery, renderRemovable } from './items.js';
import { announce, byId, element, markInvalid } from './view.js';

export async function loadRecovery() {
  session.recovery = await passkeys.recoveryStatus();
  renderRecovery(session.recovery);
  renderRemovable(session);
}

export async function makeCodes() {
  await act({
    button: byId('make-codes'),
    notice: byId('recovery-notice'),
    work: async (wait) => {
      hideCodes();
      const codes = await made(wait);
      await done(wait, 'Your new recovery codes are below. Print them or write them down now.', byId('recovery-notice'));
      showCodes(codes);
    },
  });
  // The end of the wait put the former words on the button.
  if (session.recovery) renderRecovery(session.recovery);
}

async function made(wait) {
  try {
    return await passkeys.makeRecoveryCodes(wait.options());
  } catch (error) {
    if (!error.uncertain) throw error;
    const advice = 'If codes were made, their answer was lost, and those that you had no longer work. Make new ones.';
    throw Object.assign(error, { advice });
  }
}

function showCodes(codes) {
  byId('codes-list').replaceChildren(...codes.map((code) => element('li', [element('code', code)])));
  byId('codes-for').replaceChildren(
    'For the account “', element('bdi', session.account.name), `” at ${location.host}, made on `,
    new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' }).format(new Date()), '.',
  );
  byId('codes').hidden = false;
  byId('codes-title').focus();
}

/** Removes the codes from the document. They can't be shown again. */
export function hideCodes() {
  byId('codes').hidden = true;
  byId('codes-list').replaceChildren();
  byId('codes-for').replaceChildren();
}

async function copyCodes() {
  const codes = [...byId('codes-list').children].map((item) => item.textContent);
  try {
    await navigator.clipboard.writeText(`${byId('codes-for').textContent}\n${codes.join('\n')}\n`);
    announce('The codes are copied. Paste them into a document or a password manager.');
  } catch {
    announce('The browser did not let this page copy them. Select them, or print them.', 'warning');
  }
}

function recover(event) {
  event.preventDefault();
  const [name, code] = [byId('recover-name'), byId('recover-code')];
  act({
    button: byId('recover-submit'),
    notice: byId('recover-notice'),
    failed: ({ code: why }) => {
      if (why === 'code-malformed' || why === 'recovery-code-invalid' || (!why && name.value.trim())) markInvalid(code);
      else if (!why || why === 'name-invalid') markInvalid(name);
    },
    work: async (wait) => {
      if (!name.value.trim()) throw new Failure('Type the name of your account first.');
      if (!code.value.trim()) throw new Failure('Type one of your recovery codes first.');
      const account = await flow.entered(
        () => passkeys.recover(name.value.trim(), code.value.trim(), wait.options()),
        'The new passkey may be in your account by now. Try to sign in with it before you use another code.',
      );
      byId('recover').open = false;
      await flow.arrive(account, [
        'You have a new passkey, and you are signed out everywhere else.',
        ' Remove the passkeys that you lost, and look at your recovery codes.',
      ], wait);
      upgrade();
    },
  });
}

/** Lets the browser's password manager create one more passkey without a question, if the browser can do that. */
async function upgrade() {
  const created = await passkeys.upgrade({ account: server.account }).catch(() => null);
  if (!created) return;
  lists.stale = true;
  await flow.recheck();
}

export function listenForRecovery() {
  byId('make-codes').addEventListener('click', makeCodes);
  byId('print-codes').addEventListener('click', () => window.print());
  byId('copy-codes').addEventListener('click', copyCodes);
  byId('hide-codes').addEventListener('click', () => {
    hideCodes();
    byId('recovery-title').focus();
  });
  byId('recover-form').addEventListener('submit', recover);
}
