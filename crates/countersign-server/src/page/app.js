// The page of a Countersign server: create an account, sign in, look after passkeys.
//
// Talks to the JSON API under /api and to navigator.credentials, and to nothing else. What comes from the
// server or the authenticator enters the document as text only. One module, though past 600 lines: with no
// build step, each further file would be a further round trip before the page can do anything.

const byId = (id) => document.getElementById(id);
const page = { title: document.title, view: null, busy: false };
const session = { account: null, rpId: location.hostname, passkeys: [] };

// ---- What can go wrong, in words for the person at the screen -----------------------------------------

/** Something that the person should read; `code` is the server's or the browser's word for it. */
class Failure extends Error {
  constructor(message, { code = '', advice = '', status = 0, cause } = {}) {
    super(message, { cause });
    Object.assign(this, { code, advice, status });
  }

  /** Whether the server looked at the request and said no: then it stored nothing. */
  get refused() {
    return this.status >= 400 && this.status < 500;
  }
}

const SERVER_ADVICE = {
  'challenge-expired': () => 'Please start again; each attempt is good once, and for a few minutes.',
  'credential-unknown': () => 'It may have been removed from its account. Use another passkey, and delete this one where you keep it: it opens nothing here.',
  'metadata-unavailable': () => 'It lacks the list of authenticators that it accepts, and keeps trying to get it. Please try again later.',
  'last-credential': () => 'Add another passkey first, so that you are not locked out.',
  'not-signed-in': () => 'If this keeps happening, check that your browser keeps cookies for this site.',
  'name-taken': () => 'If that account is yours, sign in with your passkey.',
  'origin-mismatch': () => `You are at ${location.origin}. Open this page at the address that its server was set up for.`,
  'origin-not-allowed': () => `You are at ${location.origin}. Open this page at the address that its server was set up for.`,
  'user-not-verified': () => 'Use a passkey that asks for your fingerprint, your face or a PIN. For a security key, set a PIN first.',
};

const BROWSER_WORDS = {
  AbortError: () => ['The request was stopped.', 'You can start again.'],
  ConstraintError: () => ['That authenticator can’t check that it is you.', 'Use one with a fingerprint, a face or a PIN. For a security key, set a PIN first.'],
  InvalidStateError: (kind) => kind === 'sign-in'
    ? ['The browser is busy with another request.', 'Close its passkey window, then try again.']
    : ['This device or security key already has a passkey for your account.', 'There is no need for a second one on it. To add a passkey, use another device.'],
  NotAllowedError: (kind) => kind === 'sign-in'
    ? ['You weren’t signed in: the request was cancelled, or it timed out.', 'Try again; if you have no passkey here yet, create an account first.']
    : ['No passkey was made: the request was cancelled, or it timed out.', 'Nothing was changed. Try again; if your device showed nothing, it may need a screen lock first, or a security key its PIN.'],
  NotSupportedError: () => ['That authenticator offers no kind of key that this server accepts.', 'Use another device or security key.'],
  SecurityError: () => ['This page’s address doesn’t fit its passkeys.', `They belong to “${session.rpId}”, and you are at “${location.host}”. Open the page at its own address.`],
};

/** Runs a step of a ceremony; what the browser throws comes out in words. */
async function fromBrowser(kind, step) {
  try {
    return await step();
  } catch (error) {
    throw browserFailure(error, kind);
  }
}

function browserFailure(error, kind) {
  const [message, advice] = BROWSER_WORDS[error?.name]?.(kind)
    ?? ['The browser or the authenticator reported a problem.', `It said: ${error?.message || error}`];
  return new Failure(message, { code: error?.name, advice, cause: error });
}

// ---- The server ---------------------------------------------------------------------------------------

async function api(method, path, body, signal) {
  const request = { method, signal, cache: 'no-store', credentials: 'same-origin', headers: {} };
  if (method !== 'GET') request.headers['content-type'] = 'application/json';
  if (body !== undefined) request.body = JSON.stringify(body);
  let response;
  try {
    response = await fetch(path, request);
  } catch (cause) {
    throw new Failure('The server can’t be reached.', { code: 'network', advice: 'Check your connection, then try again.', cause });
  }
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  const code = answer?.error?.code ?? `http-${response.status}`;
  throw new Failure(answer?.error?.message ?? 'The server could not answer.', {
    code,
    status: response.status,
    advice: SERVER_ADVICE[code]?.() ?? (answer?.error ? '' : 'Please try again in a moment.'),
  });
}

// ---- WebAuthn's JSON forms, also where the browser lacks them -------------------------------------------

function toBytes(base64url) {
  return Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
}

function toBase64url(buffer) {
  const text = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const withBytes = (descriptors = []) => descriptors.map((one) => ({ ...one, id: toBytes(one.id) }));

function creationOptions(json) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  return {
    ...json,
    challenge: toBytes(json.challenge),
    user: { ...json.user, id: toBytes(json.user.id) },
    excludeCredentials: withBytes(json.excludeCredentials),
  };
}

function requestOptions(json) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  return { ...json, challenge: toBytes(json.challenge), allowCredentials: withBytes(json.allowCredentials) };
}

function responseJson(credential) {
  try {
    if (credential.toJSON) return credential.toJSON();
  } catch {
    // Some password managers hand out an object whose toJSON can't be called; the fallback reads it.
  }
  const { response } = credential;
  const json = { clientDataJSON: toBase64url(response.clientDataJSON) };
  if (response.attestationObject) {
    json.attestationObject = toBase64url(response.attestationObject);
    json.transports = response.getTransports?.() ?? [];
    if (response.getAuthenticatorData) json.authenticatorData = toBase64url(response.getAuthenticatorData());
    if (response.getPublicKeyAlgorithm) json.publicKeyAlgorithm = response.getPublicKeyAlgorithm();
    const key = response.getPublicKey?.();
    if (key) json.publicKey = toBase64url(key);
  } else {
    json.authenticatorData = toBase64url(response.authenticatorData);
    json.signature = toBase64url(response.signature);
    if (response.userHandle) json.userHandle = toBase64url(response.userHandle);
  }
  const id = toBase64url(credential.rawId);
  return {
    id,
    rawId: id,
    type: credential.type,
    response: json,
    clientExtensionResults: credential.getClientExtensionResults(),
    ...(credential.authenticatorAttachment && { authenticatorAttachment: credential.authenticatorAttachment }),
  };
}

/** Tells the passkey's keeper what the server knows, where the browser can pass that on. Never a failure. */
function signal(method, details) {
  const tell = async () => window.PublicKeyCredential?.[method]?.({ rpId: session.rpId, ...details });
  tell().catch(() => {});
}

function signalAccepted(ids) {
  signal('signalAllAcceptedCredentials', { userId: session.account.userHandle, allAcceptedCredentialIds: ids });
}

// ---- Ceremonies ---------------------------------------------------------------------------------------

/** Makes a passkey; `kind` is `create` (an account) or `add`. */
async function register(kind, path, details) {
  const { ceremony, options } = await api('POST', `${path}/start`, details);
  const credential = await fromBrowser(kind, () => navigator.credentials.create({ publicKey: creationOptions(options) }));
  try {
    return await api('POST', `${path}/finish`, { ceremony, response: responseJson(credential) });
  } catch (error) {
    // The authenticator keeps a passkey by now that the server won't take.
    if (error.refused && error.code !== 'credential-already-registered') {
      signal('signalUnknownCredential', { credentialId: credential.id });
    }
    throw error;
  }
}

async function finishSignIn(ceremony, credential) {
  try {
    return (await api('POST', '/api/sessions/finish', { ceremony, response: responseJson(credential) })).account;
  } catch (error) {
    if (error.code === 'credential-unknown') signal('signalUnknownCredential', { credentialId: credential.id });
    throw error;
  }
}

async function signIn() {
  const { ceremony, options } = await api('POST', '/api/sessions/start', {});
  const credential = await fromBrowser('sign-in', () => navigator.credentials.get({ publicKey: requestOptions(options) }));
  return finishSignIn(ceremony, credential);
}

// ---- Passkeys among the name field's suggestions ---------------------------------------------------------

const autofill = { available: false, controller: null, settled: Promise.resolve(), timer: 0, until: 0 };

function startAutofill() {
  if (!autofill.available || autofill.controller || page.view !== 'out' || page.busy || document.hidden) return;
  autofill.controller = new AbortController();
  autofill.settled = offerAutofill(autofill.controller);
}

/** Ends the pending request and waits until the browser has let go of it. */
async function stopAutofill() {
  clearTimeout(autofill.timer);
  autofill.controller?.abort();
  autofill.controller = null;
  await autofill.settled;
}

async function refreshAutofill() {
  if (!page.busy) await stopAutofill();
  startAutofill();
}

async function offerAutofill(controller) {
  const begun = Date.now();
  try {
    const { ceremony, options } = await api('POST', '/api/sessions/start', {}, controller.signal);
    if (controller.signal.aborted) return;
    // The request has no end of its own, its challenge has: a fresh one in good time.
    const life = 0.8 * (options.timeout ?? 300_000);
    Object.assign(autofill, { until: begun + life, timer: setTimeout(refreshAutofill, life) });
    const credential = await navigator.credentials.get({
      publicKey: requestOptions(options),
      mediation: 'conditional',
      signal: controller.signal,
    });
    if (controller.signal.aborted) return;
    autofill.controller = null;
    // Not awaited: the request has settled, and what follows may stop and start others.
    act({
      button: byId('sign-in'),
      waiting: 'Signing in…',
      notice: byId('sign-in-notice'),
      work: async () => enter(await finishSignIn(ceremony, credential), 'You are signed in.'),
    });
  } catch {
    if (controller.signal.aborted) return;
    clearTimeout(autofill.timer);
    autofill.controller = null;
    // Refused at once means that it would be refused again; later, that the person turned it down.
    if (Date.now() - begun > 2_000) setTimeout(startAutofill, 1_000);
  }
}

// ---- Actions: one at a time, with a busy button and the outcome beside it -------------------------------

function setBusy(button, waiting) {
  const label = button.querySelector('.label');
  button.dataset.label ??= label.textContent;
  label.textContent = waiting ?? button.dataset.label;
  button.setAttribute('aria-busy', String(waiting !== null));
  // Not `disabled`: that would throw the keyboard's place away.
  for (const one of document.querySelectorAll('button')) one.setAttribute('aria-disabled', String(waiting !== null));
}

async function act({ button, waiting, notice, work, failed }) {
  if (page.busy) return;
  page.busy = true;
  clearNotices();
  setBusy(button, waiting);
  await stopAutofill();
  try {
    await work();
  } catch (error) {
    if (error.code === 'not-signed-in' && page.view === 'in') {
      leave('Your session has ended. Sign in again to go on.', 'warning');
    } else {
      tell(notice, error instanceof Failure ? error : browserFailure(error));
      failed?.(error);
    }
  } finally {
    setBusy(button, null);
    page.busy = false;
    startAutofill();
  }
}

function clearNotices() {
  for (const notice of document.querySelectorAll('[role=alert]:not(#capability), #status')) notice.replaceChildren();
  byId('name').removeAttribute('aria-invalid');
}

function element(name, text, attributes = {}) {
  const node = document.createElement(name);
  if (text) node.textContent = text;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function tell(notice, failure) {
  const parts = [element('p', failure.message)];
  if (failure.advice) parts.push(element('p', failure.advice));
  if (failure.code) parts.push(element('p', failure.code, { class: 'code', title: 'The exact reason, for whoever helps you' }));
  notice.replaceChildren(...parts);
}

function announce(text, tone = 'success') {
  const status = byId('status');
  status.className = `notice notice-${tone}`;
  status.replaceChildren(...(text ? [element('p', text)] : []));
}

/** Asks before something that can't be undone; resolves to the answer once the dialog is closed. */
function confirmed({ title, text, yes, no }) {
  const dialog = byId('confirm');
  byId('confirm-title').textContent = title;
  byId('confirm-text').textContent = text;
  byId('confirm-yes').textContent = yes;
  byId('confirm-no').textContent = no;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}

// ---- Views --------------------------------------------------------------------------------------------

const VIEWS = { out: ['view-out', 'out-title', 'Sign in'], in: ['view-in', 'account-name', 'Your passkeys'], failed: ['view-failed', 'failed-title', 'Not loaded'] };

function show(view, { focus }) {
  const [id, heading, title] = VIEWS[view];
  for (const [other] of Object.values(VIEWS)) byId(other).hidden = other !== id;
  page.view = view;
  document.title = `${title} · ${page.title}`;
  if (focus) {
    byId(heading).focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}

/** To the signed-in view, for this account. */
async function enter(account, text, { focus = true } = {}) {
  session.account = account;
  session.passkeys = [];
  byId('account-name').textContent = account.name;
  byId('create-form').reset();
  document.querySelector('.danger').open = false;
  renderPasskeys();
  try {
    await loadPasskeys();
    signalAccepted(session.passkeys.map((one) => one.id));
  } catch (error) {
    if (error.code === 'not-signed-in') {
      session.account = null;
      throw error;
    }
    tell(byId('add-notice'), error);
  }
  show('in', { focus });
  announce(text);
}

/** To the signed-out view, saying why. */
function leave(text, tone = 'success') {
  if (byId('confirm').open) byId('confirm').close('no');
  session.account = null;
  session.passkeys = [];
  byId('passkeys').replaceChildren();
  show('out', { focus: true });
  announce(text, tone);
}

async function load({ focus = false } = {}) {
  const slow = setTimeout(() => { byId('loading').hidden = false; }, 400);
  try {
    const { account, rpId } = await api('GET', '/api/session');
    session.rpId = rpId ?? session.rpId;
    if (account) await enter(account, '', { focus });
    else show('out', { focus });
  } catch (error) {
    show('failed', { focus });
    tell(byId('failed-notice'), error);
  } finally {
    clearTimeout(slow);
    byId('loading').hidden = true;
  }
  startAutofill();
}

/** Another tab may have signed in or out meanwhile. */
async function recheck() {
  if (document.hidden || page.busy || byId('confirm').open || !['out', 'in'].includes(page.view)) return;
  const answer = await api('GET', '/api/session').catch(() => null);
  if (answer && !page.busy && answer.account?.userHandle !== session.account?.userHandle) {
    clearNotices();
    await stopAutofill();
    if (answer.account) await enter(answer.account, 'You are signed in.').catch(() => {});
    else leave('You have been signed out.');
  }
  if (autofill.controller && Date.now() > autofill.until) await refreshAutofill();
  else startAutofill();
}

// ---- The list of passkeys -------------------------------------------------------------------------------

const TRANSPORTS = {
  __proto__: null,
  internal: 'on the device itself',
  hybrid: 'from a phone nearby',
  usb: 'over USB',
  nfc: 'by NFC tap',
  ble: 'over Bluetooth',
  'smart-card': 'as a smart card',
};
const ATTESTATIONS = { __proto__: null, none: 'none', self: 'self-signed', basic: 'by the maker', attca: 'by a certification authority', anonca: 'by an anonymising authority', uncertain: 'of unclear origin' };

const PASSKEYS_HINTS = [
  '',
  'This is your only one. Add a second, on another device or a security key, so that losing one doesn’t lock you out.',
  'Each of these opens your account by itself.',
];

async function loadPasskeys() {
  const { credentials, metadata } = await api('GET', '/api/credentials');
  session.passkeys = credentials;
  renderPasskeys();
  renderMetadata(metadata);
}

/** What names and judges the passkeys' models, and what ails it. */
function renderMetadata(metadata) {
  const number = metadata?.number;
  byId('metadata-hint').textContent = number
    ? `Models are named and judged by the FIDO Alliance’s list no. ${number} of ${metadata.models}; the next was announced for ${metadata.nextUpdate}.`
    : '';
  const lead = number ? 'The list of authenticator models may be out of date.' : 'There is no list of authenticator models yet.';
  byId('metadata-notice').replaceChildren(...(metadata?.trouble
    ? [element('p', lead), element('p', `Whoever runs this server finds the reason in its log (${metadata.trouble}).`)]
    : []));
}

function renderPasskeys() {
  byId('passkeys').replaceChildren(...session.passkeys.map(passkeyItem));
  byId('passkeys-hint').textContent = PASSKEYS_HINTS[Math.min(session.passkeys.length, 2)];
}

function passkeyItem(passkey) {
  const item = byId('passkey').content.firstElementChild.cloneNode(true);
  const part = (name) => item.querySelector(`[data-part=${name}]`);
  item.dataset.id = passkey.id;
  item.querySelector('use').setAttribute('href', `#icon-${iconOf(passkey)}`);
  part('label').textContent = passkey.label;
  part('tags').replaceChildren(...tags(passkey));
  part('facts').replaceChildren(...facts(passkey));
  part('trouble').replaceChildren(...(passkey.trouble ? [element('p', 'This model is no longer trusted.'), element('p', `${sentence(passkey.trouble)}. Consider another authenticator.`)] : []));
  part('more').replaceChildren(...technicalDetails(passkey));
  part('rename').setAttribute('aria-label', `Rename ${passkey.label}`);
  part('remove').setAttribute('aria-label', `Remove ${passkey.label}`);
  part('remove').hidden = session.passkeys.length === 1;
  part('rename').addEventListener('click', () => openRename(part, passkey));
  part('remove').addEventListener('click', () => remove(part, passkey));
  part('cancel').addEventListener('click', () => closeRename(part));
  part('rename-form').addEventListener('keydown', (event) => {
    if (event.key === 'Escape') closeRename(part);
  });
  part('rename-form').addEventListener('submit', (event) => {
    event.preventDefault();
    rename(item, part, passkey);
  });
  return item;
}

const iconOf = ({ backupEligible, transports }) => (backupEligible ? 'synced' : transports.includes('internal') ? 'device' : 'key');

function tags({ current, backupEligible, backupState }) {
  const kept = backupState ? ['Synced', 'good'] : backupEligible ? ['Can sync, not backed up yet', 'open'] : ['This device only', 'plain'];
  const all = [element('li', kept[0], { class: `tag ${kept[1]}` })];
  if (current) all.unshift(element('li', 'Used for this session', { class: 'tag here' }));
  return all;
}

function fact(term, ...description) {
  const row = element('div');
  const value = element('dd');
  value.append(...description);
  row.append(element('dt', term), value);
  return row;
}

function facts({ authenticator, icon, transports, createdAt, lastUsedAt }) {
  const order = [...new Set([...Object.keys(TRANSPORTS), ...transports])];
  const words = order.filter((one) => transports.includes(one)).map((one) => TRANSPORTS[one] ?? one);
  return [
    fact('Authenticator', ...(icon ? [element('img', '', { class: 'model-icon', src: icon, alt: '' })] : []), authenticator ?? 'Not stated', ...(authenticator ? [element('small', 'by its own claim')] : [])),
    fact('Works', words.length ? sentence(words.join(' or ')) : 'Not stated'),
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

const LOCALE = navigator.language.startsWith('en') ? navigator.language : 'en-GB';
const dayOnly = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium' });
const exactTime = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'full', timeStyle: 'medium' });
const relativeTime = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const UNITS = [['year', 31_557_600], ['month', 2_629_800], ['week', 604_800], ['day', 86_400], ['hour', 3_600], ['minute', 60]];

function ago(date) {
  const seconds = (Date.now() - date) / 1_000;
  const unit = UNITS.find(([, length]) => seconds >= length);
  return unit ? relativeTime.format(-Math.floor(seconds / unit[1]), unit[0]) : 'just now';
}

function timeOf(text) {
  const date = new Date(text);
  const time = element('time', ago(date), { datetime: text, title: exactTime.format(date) });
  return [time, element('small', dayOnly.format(date))];
}

// ---- Changing passkeys ----------------------------------------------------------------------------------

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
  part('rename').focus();
}

function rename(item, part, passkey) {
  const input = part('rename-form').elements.label;
  const label = input.value.trim();
  act({
    button: part('save'),
    waiting: 'Saving…',
    notice: part('notice'),
    failed: () => input.focus(),
    work: async () => {
      if (!label) throw new Failure('Give the passkey a name first.');
      const { credential } = await api('PATCH', `/api/credentials/${passkey.id}`, { label });
      session.passkeys = session.passkeys.map((one) => (one.id === credential.id ? credential : one));
      const renamed = passkeyItem(credential);
      item.replaceWith(renamed);
      renamed.querySelector('[data-part=rename]').focus();
      announce(`Renamed to “${credential.label}”.`);
    },
  });
}

async function remove(part, passkey) {
  if (page.busy) return;
  const go = await confirmed({
    title: `Remove “${passkey.label}”?`,
    text: `${passkey.current ? 'You signed in with this passkey, so you will be signed out. ' : ''}It won’t open your account any more. Delete it in your password manager or on your security key too, if it still shows there.`,
    yes: 'Remove passkey',
    no: 'Keep it',
  });
  if (!go) return;
  act({
    button: part('remove'),
    waiting: 'Removing…',
    notice: part('notice'),
    work: async () => {
      await api('DELETE', `/api/credentials/${passkey.id}`);
      signalAccepted(session.passkeys.filter((one) => one.id !== passkey.id).map((one) => one.id));
      try {
        await loadPasskeys();
      } catch (error) {
        if (error.code !== 'not-signed-in') throw error;
        leave(`“${passkey.label}” is removed, and you are signed out: you had signed in with it.`);
        return;
      }
      announce(`“${passkey.label}” is removed.`);
      byId('passkeys-title').focus();
    },
  });
}

function add() {
  act({
    button: byId('add'),
    waiting: 'Waiting for your device…',
    notice: byId('add-notice'),
    work: async () => {
      const { credential } = await register('add', '/api/credentials', {});
      session.passkeys.push(credential);
      renderPasskeys();
      signalAccepted(session.passkeys.map((one) => one.id));
      announce(`“${credential.label}” is added. You can rename it below.`);
      byId('passkeys').lastElementChild.querySelector('[data-part=label]').focus();
    },
  });
}

// ---- Account --------------------------------------------------------------------------------------------

function createAccount(event) {
  event.preventDefault();
  const input = byId('name');
  const name = input.value.trim();
  act({
    button: byId('create'),
    waiting: 'Waiting for your device…',
    notice: byId('create-notice'),
    failed: ({ code }) => {
      if (code && !code.startsWith('name-')) return;
      input.setAttribute('aria-invalid', 'true');
      input.focus();
    },
    work: async () => {
      if (!name) throw new Failure('Type a name first.');
      const { account } = await register('create', '/api/accounts', { name });
      await enter(account, 'Your account is ready, and you are signed in.');
    },
  });
}

function signOut() {
  act({
    button: byId('sign-out'),
    waiting: 'Signing out…',
    notice: byId('sign-out-notice'),
    work: async () => {
      await api('DELETE', '/api/session');
      leave('You are signed out.');
    },
  });
}

async function deleteAccount() {
  if (page.busy) return;
  const { name } = session.account;
  const go = await confirmed({
    title: `Delete the account “${name}”?`,
    text: 'The account, its passkeys and its sessions are removed from this server. This can’t be undone.',
    yes: 'Delete account',
    no: 'Keep the account',
  });
  if (!go) return;
  act({
    button: byId('delete'),
    waiting: 'Deleting…',
    notice: byId('delete-notice'),
    work: async () => {
      await api('DELETE', '/api/account');
      signalAccepted([]);
      leave(`The account “${name}” is deleted.`);
    },
  });
}

// ---- Start ------------------------------------------------------------------------------------------------

/** Why passkeys can't be used here, or nothing. */
function obstacle() {
  if (!window.isSecureContext) {
    return new Failure('Passkeys work only over a secure connection.', { advice: `This page came over plain http from ${location.host}. Open it with https.` });
  }
  if (typeof window.PublicKeyCredential !== 'function' || !navigator.credentials?.create) {
    return new Failure('This browser can’t use passkeys.', { advice: 'Update it, or open this page in a current Chrome, Edge, Firefox or Safari. In a private window or inside another app, passkeys may be switched off.' });
  }
  return null;
}

async function start() {
  const why = obstacle();
  if (why) {
    tell(byId('capability'), why);
    byId('capability').hidden = false;
    byId('doors').hidden = true;
    byId('add').hidden = true;
  }
  byId('sign-in').addEventListener('click', () => act({
    button: byId('sign-in'),
    waiting: 'Waiting for your device…',
    notice: byId('sign-in-notice'),
    work: async () => enter(await signIn(), 'You are signed in.'),
  }));
  byId('create-form').addEventListener('submit', createAccount);
  byId('add').addEventListener('click', add);
  byId('sign-out').addEventListener('click', signOut);
  byId('delete').addEventListener('click', deleteAccount);
  byId('retry').addEventListener('click', () => load({ focus: true }));
  document.addEventListener('visibilitychange', recheck);
  window.addEventListener('pageshow', ({ persisted }) => persisted && recheck());
  window.addEventListener('online', startAutofill);
  setInterval(() => {
    for (const time of document.querySelectorAll('time')) time.textContent = ago(new Date(time.dateTime));
  }, 60_000);
  if (!why) {
    const asked = PublicKeyCredential.isConditionalMediationAvailable?.();
    autofill.available = await Promise.resolve(asked).catch(() => false) ?? false;
    if (autofill.available) byId('name-hint').append(' If you have an account, this field suggests its passkey.');
  }
  await load();
}

start();
