// One account: its passkeys with their attestations in words, its sessions, and what an operator may do.

import { flow } from '/actions.js';
import { Failure } from '/client.js';
import { announce, element, fact, isolated, words } from '/view.js';
import { accountPath } from './accounts.js';
import { asked, button, count, hint, loaded, moment, named, panel, run } from './parts.js';
import { change, read, segment } from './server.js';

const PROOFS = {
  __proto__: null,
  none: ['Not attested', 'plain'],
  proven: ['Model proven', 'good'],
  'proven-then': ['Model was proven', 'good'],
  unproven: ['Model not proven', 'open'],
  rejected: ['Rejected', 'bad'],
  unusable: ['Attestation unusable', 'bad'],
};

export function showAccount(handle) {
  return loaded(() => read(accountPath(handle)).catch(gone), (account) => show(account));
}

function gone(error) {
  if (error.code !== 'not-found') throw error;
  // The answer of a stranger is the same: the list of operators tells them apart.
  return read('/session').then(() => { throw new Failure('There is no such account any more.'); });
}

function show(account) {
  const { name, userHandle, createdAt, operatorSince, own, passkeys, sessions, unusedCodes, codeUsedAt } = account;
  const facts = element('dl', [
    fact('Created', ...moment(createdAt)),
    fact('Recovery codes', unusedCodes ? `${unusedCodes} unused` : 'None', ...(codeUsedAt ? [element('small', ['last used ', moment(codeUsedAt)[0]])] : [])),
    fact('Role', operatorSince ? 'Operator' : 'User', ...(operatorSince ? [element('small', ['since ', moment(operatorSince)[0]])] : [])),
    fact('ID', element('code', userHandle)),
  ], { class: 'facts' });
  const actions = [
    element('a', 'All accounts', { href: '#accounts', class: 'button quiet' }),
    element('a', 'Log', { href: `#log/${userHandle}`, class: 'button quiet' }),
    ...(own ? [] : [
      button(operatorSince ? 'Take the role' : 'Make an operator', { run: (one) => setRole(one, account) }),
      button('Remove account…', { tone: 'destructive', run: (one) => removeAccount(one, account) }),
    ]),
  ];
  panel([named(name)], {
    actions,
    content: [
      element('div', [facts, ...(own ? [hint('This is your own account. Another operator can change its role or remove it.')] : [])], { class: 'card block' }),
      element('h2', count(passkeys.length, 'passkey', 'passkeys')),
      passkeys.length
        ? element('ul', passkeys.map((one) => passkeyItem(account, one)), { class: 'passkeys' })
        : hint('It has none: only a recovery code opens it.'),
      element('div', [
        element('h2', count(sessions.length, 'session', 'sessions')),
        ...(sessions.length ? [button(own ? 'End all others' : 'End all sessions', { run: (one) => endSessions(one, account) })] : []),
      ], { class: 'section-head' }),
      sessions.length
        ? element('ul', sessions.map((one) => sessionItem(account, one)), { class: 'sessions' })
        : hint('It is signed in nowhere.'),
    ],
  });
}

function passkeyItem(account, passkey) {
  const { label, model, icon, aaguid, attestation, flag, backupState, backupEligible, createdAt, lastUsedAt } = passkey;
  const name = isolated(label);
  const [proof, tone] = PROOFS[attestation.proof] ?? [attestation.proof, 'plain'];
  const tags = [
    ...(flag ? [['Flagged', 'bad']] : []), [proof, tone],
    [backupState ? 'Synced' : backupEligible ? 'Can sync' : 'One device', 'plain'],
  ];
  const title = [...(icon ? [element('img', '', { class: 'model-icon', src: icon, alt: '' })] : []), named(model ?? 'Unknown model')];
  const form = flag ? null : flagForm(account, passkey, name);
  const open = () => {
    form.hidden = !form.hidden;
    if (!form.hidden) form.elements.reason.focus();
  };
  return element('li', [
    element('div', [
      element('div', [
        element('h3', [named(label)]),
        element('ul', tags.map(([text, tone]) => element('li', text, { class: `tag ${tone}` })), { class: 'tags' }),
      ], { class: 'passkey-title' }),
      element('div', [
        flag
          ? button('Remove flag', { tone: 'quiet', label: `Remove flag of ${name}`, run: (one) => unflag(one, account, passkey) })
          : button('Flag…', { tone: 'quiet', label: `Flag ${name}`, run: open }),
        button('Remove…', { tone: 'quiet destructive', label: `Remove ${name}`, run: (one) => removePasskey(one, account, passkey) }),
      ], { class: 'passkey-actions' }),
    ], { class: 'passkey-head' }),
    ...(flag ? [element('div', [
      element('p', ['It can’t sign in. It was flagged ', moment(flag.at)[0], '.']), element('p', [named(flag.reason)]),
    ], { class: 'notice notice-warning' })] : [form]),
    element('div', attestation.sentences.map((text) => element('p', text, { dir: 'auto' })), { class: 'explained' }),
    element('dl', [
      fact('Model', ...title), fact('Created', ...moment(createdAt)), fact('Last used', ...(lastUsedAt ? moment(lastUsedAt) : ['Not yet'])),
    ], { class: 'facts' }),
    element('details', [
      element('summary', 'Technical details', { 'aria-label': `Technical details of ${name}` }),
      element('dl', [
        fact('Attestation', attestation.format === 'none' ? 'none' : `${attestation.format}, ${attestation.type}`),
        fact('Algorithm', passkey.algorithm || 'Not stated'), fact('Signature counter', String(passkey.signCount)),
        fact('Transports', passkey.transports.join(', ') || 'Not stated'),
        fact('Model (AAGUID)', element('code', aaguid)), fact('Credential ID', element('code', passkey.id)),
      ], { class: 'facts' }),
    ], { class: 'more' }),
  ], { class: 'card passkey' });
}

function flagForm(account, passkey, name) {
  const submit = element('button', [element('span', 'Flag passkey', { class: 'label' })], { type: 'submit', class: 'button primary' });
  const form = element('form', [
    element('label', [element('span', 'Reason, for other operators'), element('input', '', {
      name: 'reason', type: 'text', dir: 'auto', maxlength: '500', required: '', autocomplete: 'off', 'aria-label': `Reason for flagging ${name}`,
    })]),
    element('div', [submit], { class: 'rename-actions' }),
  ], { class: 'rename', novalidate: '', hidden: '' });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const reason = form.elements.reason.value.trim();
    run(submit, async (wait) => {
      if (!reason) throw new Failure('Type a reason first.');
      await change('PUT', `${credentialPath(account, passkey)}/flag`, { reason }, wait.options());
      await done(wait, words`${passkey.label} is flagged: it can’t sign in, and its sessions have ended.`);
    });
  });
  return form;
}

function sessionItem(account, session) {
  const { id, label, device, createdAt, seenAt, current } = session;
  return element('li', [
    element('div', [
      element('div', [
        element('h3', device ?? 'Unknown browser'),
        ...(current ? [element('ul', [element('li', 'This browser', { class: 'tag here' })], { class: 'tags' })] : []),
      ], { class: 'passkey-title' }),
      ...(current ? [] : [button('End', {
        tone: 'quiet destructive', label: `End the session of ${isolated(label)}`,
        run: (one) => run(one, async (wait) => {
          await change('DELETE', `${accountPath(account.userHandle)}/sessions/${segment(id)}`, undefined, wait.options());
          await done(wait, 'That session has ended.');
        }),
      })]),
    ], { class: 'session-head' }),
    element('dl', [fact('Passkey', named(label)), fact('Signed in', ...moment(createdAt)), fact('Last seen', ...moment(seenAt))], { class: 'facts' }),
  ], { class: 'card session' });
}

const credentialPath = ({ userHandle }, { id }) => `${accountPath(userHandle)}/credentials/${segment(id)}`;

async function done(wait, text) {
  wait.done();
  await flow.refresh();
  announce(text);
}

function setRole(one, { name, userHandle, operatorSince }) {
  const gives = !operatorSince;
  asked({
    title: gives ? words`Make ${name} an operator?` : words`Take the role from ${name}?`,
    text: gives
      ? 'An operator can see and change all accounts, and can make and unmake operators.'
      : 'The account stays, and can no longer open this page, at once.',
    yes: gives ? 'Make an operator' : 'Take the role',
    no: 'Cancel',
  }, one, async (wait) => {
    await change(gives ? 'PUT' : 'DELETE', `/operators/${segment(userHandle)}`, undefined, wait.options());
    await done(wait, gives ? words`${name} is an operator now.` : words`${name} is no longer an operator.`);
  });
}

function removeAccount(one, { name, userHandle, passkeys }) {
  asked({
    title: words`Remove the account ${name}?`,
    text: `The account, its ${count(passkeys.length, 'passkey', 'passkeys')} and its sessions are removed, at once and for good.`,
    yes: 'Remove account',
    no: 'Keep the account',
  }, one, async (wait) => {
    await change('DELETE', accountPath(userHandle), undefined, wait.options());
    wait.done();
    location.hash = '#accounts';
    announce(words`The account ${name} is removed.`);
  });
}

function removePasskey(one, account, passkey) {
  asked({
    title: words`Remove ${passkey.label}?`,
    text: 'It won’t open the account any more, and the sessions that it created end.',
    yes: 'Remove passkey',
    no: 'Keep it',
  }, one, async (wait) => {
    await change('DELETE', credentialPath(account, passkey), undefined, wait.options());
    await done(wait, words`${passkey.label} is removed.`);
  });
}

function unflag(one, account, passkey) {
  asked({
    title: words`Remove the flag of ${passkey.label}?`,
    text: 'The passkey can sign in again.',
    yes: 'Remove flag',
    no: 'Keep it',
    tone: 'primary',
  }, one, async (wait) => {
    await change('DELETE', `${credentialPath(account, passkey)}/flag`, undefined, wait.options());
    await done(wait, words`${passkey.label} can sign in again.`);
  });
}

function endSessions(one, { name, userHandle }) {
  run(one, async (wait) => {
    const { ended } = await change('DELETE', `${accountPath(userHandle)}/sessions`, undefined, wait.options());
    await done(wait, [...words`${name}: `, `${count(ended, 'session has', 'sessions have')} ended.`]);
  });
}
