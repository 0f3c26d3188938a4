// The items of the lists on the users' page: passkeys, recovery codes and sessions. What comes from the server or the authenticator
// enters the document only as text.

import { ago, byId, element, exactTime, fact, isolated, timeOf } from './view.js';

// ---- Passkeys -----------------------------------------------------------------------------------------

const TRANSPORTS = {
  __proto__: null,
  internal: 'on the device itself',
  hybrid: 'from a phone nearby',
  usb: 'over USB',
  nfc: 'by NFC tap',
  ble: 'over Bluetooth',
  'smart-card': 'as a smart card',
};
const ATTESTATIONS = {
  __proto__: null,
  none: 'none',
  self: 'self-signed',
  basic: 'by the vendor',
  attca: 'by a certification authority',
  anonca: 'by an anonymising authority',
  uncertain: 'of unclear origin',
};

const PASSKEYS_HINTS = [
  '',
  'This is your only one. Add a second, on another device or a security key, so that losing one doesn’t lock you out.',
  'Each of these opens your account by itself.',
];

/** Shows the list. Calls `rename`, `save` and `remove` with the `part` function of an item and its passkey. */
export function renderPasskeys(passkeys, actions) {
  byId('passkeys').replaceChildren(...passkeys.map((one) => passkeyItem(one, actions)));
  byId('passkeys-hint').textContent = PASSKEYS_HINTS[Math.min(passkeys.length, 2)];
}

/** Shows the buttons that remove a passkey, unless it is the only one and there is no recovery code. */
export function renderRemovable({ passkeys, recovery }) {
  const isLast = passkeys.length === 1 && !recovery?.unused;
  for (const button of byId('passkeys').querySelectorAll('[data-part=remove]')) button.hidden = isLast;
}

/** Shows the metadata that names and judges the passkeys' models, and its problem, if any. */
export function renderMetadata(metadata) {
  const number = metadata?.number;
  byId('metadata-hint').textContent = number
    ? `Authenticator models are named and checked with the FIDO Alliance’s list no. ${number}, which has ${metadata.models} models. `
      + `The next list is due on ${metadata.nextUpdate}.`
    : '';
  const lead = number ? 'The list of authenticator models may be out of date.' : 'There is no list of authenticator models yet.';
  byId('metadata-notice').replaceChildren(...(metadata?.trouble
    ? [element('p', lead), element('p', `The administrator of this server finds the reason in its log (${metadata.trouble}).`)]
    : []));
}

export function passkeyItem(passkey, { rename, save, cancel, remove }) {
  const item = byId('passkey').content.firstElementChild.cloneNode(true);
  const part = (name) => item.querySelector(`[data-part=${name}]`);
  const name = isolated(passkey.label);
  item.dataset.id = passkey.id;
  item.querySelector('use').setAttribute('href', `#icon-${iconOf(passkey)}`);
  part('label').textContent = passkey.label;
  part('tags').replaceChildren(...tags(passkey));
  part('facts').replaceChildren(...facts(passkey));
  part('trouble').replaceChildren(...(passkey.trouble
    ? [element('p', 'This model is no longer trusted.'), element('p', `${sentence(passkey.trouble)}. Consider another authenticator.`)]
    : []));
  part('more').replaceChildren(...technicalDetails(passkey));
  for (const [which, label] of [
    ['rename', `Rename ${name}`], ['remove', `Remove ${name}`], ['name', `New name of ${name}`],
    ['save', `Save the name of ${name}`], ['cancel', `Cancel renaming ${name}`], ['details', `Technical details of ${name}`],
  ]) part(which).setAttribute('aria-label', label);
  part('notice').id = `notice-${passkey.id}`;
  part('name').setAttribute('aria-describedby', part('notice').id);
  part('rename').addEventListener('click', () => rename(part, passkey));
  part('remove').addEventListener('click', () => remove(part, passkey));
  part('cancel').addEventListener('click', () => cancel(part));
  part('rename-form').addEventListener('keydown', (event) => {
    if (event.key === 'Escape') cancel(part);
  });
  part('rename-form').addEventListener('submit', (event) => {
    event.preventDefault();
    save(item, part, passkey);
  });
  return item;
}

const iconOf = ({ backupEligible, transports }) => (backupEligible ? 'synced' : transports.includes('internal') ? 'device' : 'key');

function tags({ current, backupEligible, backupState }) {
  const unsynced = backupEligible ? ['Can sync, not backed up yet', 'open'] : ['This device only', 'plain'];
  const [text, tone] = backupState ? ['Synced', 'good'] : unsynced;
  const all = [element('li', text, { class: `tag ${tone}` })];
  if (current) all.unshift(element('li', 'Used for this session', { class: 'tag here' }));
  return all;
}

function facts({ authenticator, icon, transports, createdAt, lastUsedAt }) {
  const order = [...new Set([...Object.keys(TRANSPORTS), ...transports])];
  const ways = order.filter((one) => transports.includes(one)).map((one) => TRANSPORTS[one] ?? one);
  const model = [element('bdi', authenticator ?? 'Not stated')];
  if (icon) model.unshift(element('img', '', { class: 'model-icon', src: icon, alt: '' }));
  if (authenticator) model.push(element('small', 'by its own claim'));
  return [
    fact('Authenticator', ...model),
    fact('Works', ways.length ? sentence(ways.join(' or ')) : 'Not stated'),
    fact('Created', ...timeOf(createdAt)),
    fact('Last used', ...(lastUsedAt ? timeOf(lastUsedAt) : ['Not yet'])),
  ];
}

function technicalDetails({ format, attestationType, algorithm, userVerified, signCount, aaguid, id }) {
  const attested = format === 'none' ? 'none' : `${format}, ${ATTESTATIONS[attestationType] ?? attestationType}`;
  return [
    fact('Attestation', attested),
    fact('Algorithm', algorithm || 'Not stated'),
    fact('Checked that it was you', userVerified ? 'Yes' : 'No'),
    fact('Signature counter', signCount ? String(signCount) : '0 (not counted)'),
    fact('Model (AAGUID)', element('code', aaguid)),
    fact('Credential ID', element('code', id)),
  ];
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// ---- Recovery codes ------------------------------------------------------------------------------------

/** Shows how many recovery codes there are, and when one was used. */
export function renderRecovery({ total, unused, createdAt, usedAt }) {
  const made = createdAt ? element('time', ago(new Date(createdAt)), { datetime: createdAt }) : '';
  const some = unused === 1
    ? ['One recovery code is left, of those that were made ', made, '. Make new ones soon.']
    : [`${unused} of ${total} recovery codes are unused. They were made `, made, '.'];
  const none = [
    createdAt ? 'All recovery codes are used. ' : 'You have none. ',
    'If you lose your passkeys, a printed code lets you create a new one.',
  ];
  byId('recovery-hint').replaceChildren(...(unused ? some : none));
  byId('make-codes').querySelector('.label').textContent = unused ? 'Make new codes' : 'Make recovery codes';
  const [time, day] = usedAt ? timeOf(usedAt) : [];
  byId('recovery-used').replaceChildren(...(usedAt
    ? [
      element('p', ['A recovery code was used ', time, `, on ${day.textContent}.`]),
      element('p', 'If that was not you, remove the passkeys that are not yours, and make new codes.'),
    ]
    : []));
}

// ---- Sessions -----------------------------------------------------------------------------------------

/** Shows the sessions of the account. Calls `end` with the `part` function of an item and its session. */
export function renderSessions(sessions, end) {
  byId('sessions').replaceChildren(...sessions.map((one) => sessionItem(one, end)));
  byId('sessions-view').hidden = sessions.length === 0;
  byId('end-others').hidden = sessions.length < 2;
}

function sessionItem(session, end) {
  const item = byId('session').content.firstElementChild.cloneNode(true);
  const part = (name) => item.querySelector(`[data-part=${name}]`);
  part('title').textContent = session.device ?? 'Unknown browser';
  part('tags').replaceChildren(...(session.current ? [element('li', 'This browser', { class: 'tag here' })] : []));
  part('facts').replaceChildren(
    fact('Passkey', element('bdi', session.label)),
    fact('Signed in', ...timeOf(session.createdAt)),
    fact('Last seen', ...timeOf(session.seenAt)),
  );
  part('end').hidden = session.current;
  const since = exactTime.format(new Date(session.createdAt));
  part('end').setAttribute('aria-label', `Sign out the session of ${isolated(session.label)} from ${since}`);
  part('end').addEventListener('click', () => end(part, session));
  return item;
}
