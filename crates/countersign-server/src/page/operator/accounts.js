// Accounts found by name or ID, and invitations.

import { Failure, server } from '/client.js';
import { byId, element } from '/view.js';
import { accountLink } from './entrance.js';
import { button, count, hint, loaded, moment, named, panel, run, table } from './parts.js';
import { change, read, segment } from './server.js';

/** How long a pause of typing is before it is looked for, in milliseconds. */
const PAUSE = 250;
/** What was looked for last, so that a way back shows it again. */
const last = { text: '' };
/** Which answer is the newest: a slow one must not replace it. */
let asked = 0;

export async function showAccounts() {
  const input = element('input', '', {
    id: 'find', type: 'search', dir: 'auto', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', maxlength: '1400',
    'aria-describedby': 'find-hint',
  });
  input.value = last.text;
  const found = element('div', '', { id: 'found', class: 'found' });
  const form = element('form', [
    element('label', 'Find an account', { for: 'find' }), input,
    element('p', 'By the beginning of its name, by its ID, or by the ID of a passkey.', { id: 'find-hint', class: 'hint' }),
  ], { class: 'find', role: 'search' });
  let timer = 0;
  const look = () => {
    clearTimeout(timer);
    last.text = input.value.trim();
    return loaded(() => find(last.text), (answer) => answer && showFound(found, [], answer));
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => look().catch(() => {}), PAUSE);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    look().catch(() => {});
  });
  const actions = [button('Invite someone', { run: invite })];
  panel('Accounts', { actions, content: [element('div', '', { id: 'invitation' }), form, found] });
  await look();
}

async function find(text, after) {
  asked += 1;
  const own = asked;
  const query = new URLSearchParams({ text, ...(after !== undefined && { after }) });
  const answer = await read(`/accounts?${query}`);
  return own === asked ? { ...answer, text } : null;
}

function showFound(found, before, { accounts, next, text }) {
  const all = [...before, ...accounts];
  const rows = all.map(({ name, userHandle, createdAt, passkeys, operator }) => [
    [accountLink(userHandle, [named(name)]), ...(operator ? [' ', element('span', 'Operator', { class: 'tag here' })] : [])],
    passkeys, moment(createdAt),
  ]);
  const none = text ? 'No account has a name that begins like this, or this ID.' : 'There are no accounts yet.';
  const parts = all.length ? [table(`${count(all.length, 'account', 'accounts')}${next === null ? '' : ', and more'}`, ['Name', 'Passkeys', 'Created'], rows)] : [hint(none)];
  if (next !== null) {
    parts.push(button('Show more', {
      run: (one) => run(one, async (wait) => {
        const more = await find(text, next);
        wait.done();
        if (!more) return;
        showFound(found, all, more);
        found.querySelectorAll('tbody a')[all.length]?.focus();
      }),
    }));
  }
  found.replaceChildren(...parts);
}

/** Makes an invitation, whose code is shown once. */
function invite(one) {
  run(one, async (wait) => {
    if (server.operator.signUp === 'closed') {
      throw new Failure('No account can be created here.', { advice: 'The server runs with sign_up = "closed".' });
    }
    const { code, expiresAt } = await change('POST', '/invitations', { days: 7 }, wait.options());
    wait.done();
    byId('invitation').replaceChildren(element('div', [
      element('p', 'An invitation for one account. It is shown only now.'),
      element('p', [element('code', code, { class: 'secret' })]),
      element('p', ['It is valid until ', ...moment(expiresAt).slice(1), server.operator.signUp === 'open'
        ? ' At the moment, accounts are created without one.' : '']),
    ], { class: 'notice notice-success', tabindex: '-1' }));
    byId('invitation').firstElementChild.focus();
  });
}

export const accountPath = (userHandle) => `/accounts/${segment(userHandle)}`;
