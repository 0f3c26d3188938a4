// What the page says to its server and to the browser's passkeys: requests, ceremonies and signals. No part of the
// document is touched here.

/** A problem that the user should read; `code` is the server's or the browser's word for it. */
export class Failure extends Error {
  constructor(message, { code = '', advice = '', status = 0, lost = false, signals, link, cause } = {}) {
    super(message, { cause });
    Object.assign(this, { code, advice, status, lost, signals, link, sent: false });
  }

  /** Whether a request that changes something was sent, and the server may have done it without saying so. */
  get uncertain() {
    return this.sent && (this.lost || this.code === 'cancelled' || this.status >= 500);
  }
}

/** What the page knows of its server. */
export const server = {
  rpId: location.hostname,
  /** The user handle of the account that the page shows. */
  account: null,
  /** Whether the server has another version of this page by now. */
  outdated: false,
  onOutdated: () => {},
};

const SERVER_ADVICE = {
  'challenge-expired': () => 'Please start again; each attempt is good once, and for a few minutes.',
  'cookie-missing': () => `Allow cookies for ${location.host} in the browser’s settings, then try again.`,
  'credential-unknown': () => 'It may have been removed from its account. Use another passkey, and delete this one where you keep it: it opens nothing here.',
  'metadata-unavailable': () => 'It lacks the list of authenticators that it accepts, and keeps trying to get it. Please try again later.',
  'last-credential': () => 'Add another passkey first, so that you are not locked out.',
  'not-signed-in': () => 'If this keeps happening, check that your browser keeps cookies for this site.',
  'name-taken': () => 'If that account is yours, sign in with your passkey.',
  'origin-mismatch': () => `You are at ${location.origin}. Open this page at the address that its server was set up for.`,
  'origin-not-allowed': () => `You are at ${location.origin}. Open this page at the address that its server was set up for.`,
  'user-not-verified': () => 'Use a passkey that asks for your fingerprint, your face or a PIN. For a security key, set a PIN first.',
};

const STOPPED = {
  cancelled: () => new Failure('You cancelled the request.', { code: 'cancelled', advice: 'Nothing was changed.' }),
  server: () => new Failure('The server didn’t answer in time.', { code: 'time-out', lost: true, advice: 'Check your connection, then try again.' }),
  device: () => new Failure('Your device didn’t answer in time.', { code: 'time-out', advice: 'Nothing was changed. Try again; if it keeps happening, reload the page.' }),
};

const FRAMED = ['This page is shown inside another site’s page.', 'Passkeys work only on a page of its own. Open it in a window of its own.'];

const BROWSER_WORDS = {
  AbortError: () => ['The request was stopped.', 'You can start again.'],
  ConstraintError: () => ['That authenticator can’t check that it is you.', 'Use one with a fingerprint, a face or a PIN. For a security key, set a PIN first.'],
  InvalidStateError: (kind) => (['create', 'add'].includes(kind)
    ? ['This device or security key already has a passkey for your account.', 'There is no need for a second one on it. To add a passkey, use another device.']
    : ['The browser is busy with another request.', 'Close its passkey window, then try again.']),
  NotAllowedError: (kind) => ({
    'sign-in': ['You weren’t signed in: the request was cancelled, or it timed out.', 'Try again; if you have no passkey here yet, create an account first.'],
    confirm: ['It wasn’t confirmed that it is you: the request was cancelled, or it timed out.', 'Nothing was changed. Try again with a passkey of this account.'],
  }[kind] ?? ['No passkey was made: the request was cancelled, or it timed out.', 'Nothing was changed. Try again; if your device showed nothing, it may need a screen lock first, or a security key its PIN.']),
  NotSupportedError: () => ['That authenticator offers no kind of key that this server accepts.', 'Use another device or security key.'],
  OperationError: () => ['The browser is still busy with another passkey request.', 'Close its passkey window, also in other windows of this site, then try again.'],
  SecurityError: () => ['This page’s address doesn’t fit its passkeys.', `They belong to “${server.rpId}”, and you are at “${location.host}”. Open the page at its own address.`],
};

export function browserFailure(error, kind) {
  if (error instanceof Failure) return error;
  const words = window.top === window ? BROWSER_WORDS[error?.name]?.(kind) : FRAMED;
  const [message, advice] = words ?? ['The browser or the authenticator reported a problem.', `It said: ${error?.message || error}`];
  return new Failure(message, { code: error?.name, advice, cause: error });
}

/** Why passkeys can't be used here, or nothing. */
export function obstacle() {
  if (window.top !== window) return new Failure(FRAMED[0], { advice: FRAMED[1], link: location.href });
  if (!window.isSecureContext) {
    return new Failure('Passkeys work only over a secure connection.', { advice: `This page came over plain http from ${location.host}. Open it with https.` });
  }
  if (typeof window.PublicKeyCredential !== 'function' || !navigator.credentials?.create) {
    return new Failure('This browser can’t use passkeys.', { advice: 'Update it, or open this page in a current Chrome, Edge, Firefox or Safari. In a private window or inside another app, passkeys may be switched off.' });
  }
  if (!keepsCookies()) {
    return new Failure('Cookies of this site are blocked.', { advice: `Without them you can’t stay signed in, and a new passkey would be of no use. ${SERVER_ADVICE['cookie-missing']()}` });
  }
  return null;
}

/** Tries it out: `navigator.cookieEnabled` is true also where the browser blocks the cookies of one site. */
function keepsCookies() {
  try {
    document.cookie = 'countersign-probe=1; SameSite=Strict';
    const kept = document.cookie.includes('countersign-probe=1');
    document.cookie = 'countersign-probe=; SameSite=Strict; Max-Age=0';
    return kept;
  } catch {
    return false;
  }
}

// ---- Waiting ------------------------------------------------------------------------------------------

/** How long a request may take, in milliseconds: the server answers in a few; the rest is for a slow line. */
const REQUEST_TIMEOUT = 20_000;
/** What a ceremony without a time-out of its own gets, in milliseconds: the browsers' usual five minutes. */
const CEREMONY_TIMEOUT = 300_000;
/** How much longer than its time-out a ceremony is waited for: the browser is the one to end it. */
const CEREMONY_GRACE = 15_000;

/** What waits: it can be cancelled, and says which side it waits for. */
export class Wait {
  #controller = new AbortController();
  signal = this.#controller.signal;
  /** The account that was on the screen when this began; its requests are about no other. */
  account = server.account;

  constructor(side = () => {}) {
    /** Called with `server` or `device` when the wait for that side begins, and with what it is for. */
    this.side = side;
  }

  cancel() {
    this.#controller.abort(STOPPED.cancelled());
  }

  /** Rejects as soon as this is cancelled or the time is over, even if `begin`'s promise never settles. */
  async limited(milliseconds, side, begin) {
    const controller = new AbortController();
    const cancel = () => controller.abort(this.signal.reason);
    const timer = setTimeout(() => controller.abort(STOPPED[side]()), milliseconds);
    this.signal.addEventListener('abort', cancel);
    if (this.signal.aborted) cancel();
    try {
      controller.signal.throwIfAborted();
      const stopped = new Promise((_, reject) => {
        controller.signal.addEventListener('abort', () => reject(controller.signal.reason));
      });
      return await Promise.race([stopped, begin(controller.signal)]);
    } catch (error) {
      // What a step throws when it is stopped is the browser's word; the reason is ours.
      throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
      clearTimeout(timer);
      this.signal.removeEventListener('abort', cancel);
    }
  }

  /** Runs a step of a ceremony, at the authenticator or in the browser; what it throws comes out in words. */
  async device(kind, timeout, step) {
    this.side('device', kind);
    try {
      return await this.limited((timeout ?? CEREMONY_TIMEOUT) + CEREMONY_GRACE, 'device', step);
    } catch (error) {
      throw browserFailure(error, kind);
    }
  }
}

export const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

// ---- The server ---------------------------------------------------------------------------------------

/** Whether a request changes what the person sees, which a ceremony's start and a confirmation don't. */
const changes = (method, path) => method !== 'GET' && !path.endsWith('/start') && !path.startsWith('/api/step-up/');

const VERSION = document.querySelector('meta[name=countersign-page]')?.content;

export async function api(method, path, { body, wait = new Wait() } = {}) {
  const headers = {};
  if (method !== 'GET') {
    headers['content-type'] = 'application/json';
    // The server changes nothing if another account is signed in than the one that the person was asked about.
    if (wait.account) headers['countersign-account'] = wait.account;
  }
  let sent = false;
  try {
    wait.side('server');
    return await exchange(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) }, wait, () => {
      sent = changes(method, path);
    });
  } catch (error) {
    throw sent ? perhapsDone(error) : error;
  }
}

/** The failure of what was sent. Without an answer, the server may have done it. */
function perhapsDone(error) {
  const silent = error.lost || error.code === 'cancelled';
  return Object.assign(error, { sent: true }, silent && { advice: 'What you asked for may have been done all the same. Reload the page to see.' });
}

/** Sends a request and reads the answer; `begun` is called when it goes out. */
async function exchange(path, request, wait, begun) {
  const [response, answer] = await wait.limited(REQUEST_TIMEOUT, 'server', async (signal) => {
    begun();
    let response;
    try {
      response = await fetch(path, { ...request, signal, cache: 'no-store', credentials: 'same-origin' });
    } catch (cause) {
      throw new Failure('The server can’t be reached.', { code: 'network', lost: true, advice: 'Check your connection, then try again.', cause });
    }
    return [response, await response.json().catch(() => null)];
  });
  noteVersion(response);
  if (!response.ok) throw refusal(response.status, answer?.error);
  // An answer that broke off after its head is as lost as one that never came; 204 has no body.
  if (answer === null && response.status !== 204) throw refusal(502);
  return answer ?? {};
}

function refusal(status, error) {
  const code = error?.code ?? `http-${status}`;
  if (code === 'account-missing') becomeOutdated();
  return new Failure(error?.message ?? 'The server could not answer.', {
    code,
    status,
    // Without a word of the server's, it was a proxy that answered.
    lost: status >= 500 && !error,
    signals: error?.signals,
    advice: SERVER_ADVICE[code]?.() ?? (error ? '' : 'Please try again in a moment.'),
  });
}

function noteVersion(response) {
  const version = response.headers.get('countersign-page');
  if (VERSION && version && version !== VERSION) becomeOutdated();
}

function becomeOutdated() {
  if (server.outdated) return;
  server.outdated = true;
  server.onOutdated();
}

/** The pauses before a finish is repeated, in milliseconds: a proxy that restarts is back after a second or two. */
const REPEATS = [500, 2_000];

/** Sends a ceremony's finish; a lost answer is asked for again, and the server gives it again. */
async function finish(path, body, wait) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await api('POST', path, { body, wait });
    } catch (error) {
      if (!error.lost || attempt === REPEATS.length) throw error;
    }
    await wait.limited(REQUEST_TIMEOUT, 'server', () => pause(REPEATS[attempt])).catch((error) => {
      throw changes('POST', path) ? perhapsDone(error) : error;
    });
  }
}

// ---- WebAuthn's JSON forms, also where the browser lacks them -------------------------------------------

function toBytes(base64url) {
  return Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
}

function toBase64url(bytes) {
  const view = ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes);
  const text = Array.from(view, (byte) => String.fromCharCode(byte)).join('');
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

/** The value, or `otherwise` if reading it throws: objects of password managers have getters that do. */
function optional(read, otherwise) {
  try {
    return read() ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Whether it is bytes, also those of another window, such as a password manager's frame. */
const isBuffer = (value) => ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === '[object ArrayBuffer]';

/** A value as JSON can hold it: bytes in base64url. Some `toJSON()` leave them in extension results. */
function plain(value) {
  if (isBuffer(value)) return toBase64url(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

function responseJson(credential) {
  return optional(() => plain(credential.toJSON()), null) ?? partsOf(credential);
}

/** What the server needs of a credential. The other members are conveniences that say what these say already. */
function partsOf(credential) {
  const { response } = credential;
  const json = { clientDataJSON: toBase64url(response.clientDataJSON) };
  const attestation = optional(() => response.attestationObject, null);
  if (attestation) {
    json.attestationObject = toBase64url(attestation);
    json.transports = optional(() => [...response.getTransports()], []);
  } else {
    json.authenticatorData = toBase64url(response.authenticatorData);
    json.signature = toBase64url(response.signature);
    const handle = optional(() => response.userHandle, null);
    if (handle) json.userHandle = toBase64url(handle);
  }
  const attachment = optional(() => credential.authenticatorAttachment, null);
  return {
    id: credential.id,
    rawId: credential.id,
    type: 'public-key',
    response: json,
    clientExtensionResults: optional(() => plain(credential.getClientExtensionResults()), {}),
    ...(attachment && { authenticatorAttachment: attachment }),
  };
}

// ---- Signals ------------------------------------------------------------------------------------------

/**
 * Passes on what the server says about passkeys to their provider, which deletes or hides the others. Every payload
 * comes from the server: what this page remembers may be out of date. Never a failure.
 */
export function passOn(signals) {
  const pass = async (method, payload) => payload && window.PublicKeyCredential?.[method]?.(payload);
  pass('signalAllAcceptedCredentials', signals?.allAcceptedCredentials).catch(() => {});
  pass('signalUnknownCredential', signals?.unknownCredential).catch(() => {});
}

/**
 * Runs a step under the lock that the windows of a browser share, and gives it what it got. A registration shares it
 * from `create()` to the answer: in between a provider has a passkey that the server's lists lack. A list is requested
 * and passed on by the only holder, else not passed on; that window does so when it is done.
 */
async function locked(options, step) {
  let began = false;
  try {
    return await navigator.locks.request('countersign-passkeys', options, (lock) => {
      began = true;
      return step(lock);
    });
  } catch (error) {
    // No locks here: an older browser, or one that blocks a site's storage.
    if (began || options.signal?.aborted) throw error;
    return step(null);
  }
}

/** Sends a request whose answer lists the account's passkeys, and passes the list on if no window is adding one. */
export function listed(method, path, request) {
  return locked({ ifAvailable: true }, async (lock) => {
    const answer = await api(method, path, request);
    if (lock) passOn(answer.signals);
    return answer;
  });
}

// ---- Ceremonies ---------------------------------------------------------------------------------------

/**
 * Makes a passkey; `kind` is `create` (an account) or `add`. An error after that has its `credentialId` and the
 * `userHandle` of its account. If the server wants that confirmed anew, because another window used the confirmation up
 * meanwhile, `confirm` does so, and the passkey that is there already is sent again.
 */
export async function register(kind, path, details, wait, confirm) {
  const { ceremony, options } = await api('POST', `${path}/start`, { body: details, wait });
  return locked({ mode: 'shared', signal: wait.signal }, async () => {
    const credential = await wait.device(kind, options.timeout, (signal) => (
      navigator.credentials.create({ publicKey: creationOptions(options), signal })
    ));
    const body = { ceremony, response: responseJson(credential) };
    const sent = () => finish(`${path}/finish`, body, wait).catch((error) => {
      if (error.code !== 'reauthentication-required' || !confirm) throw error;
    });
    try {
      let answer = await sent();
      while (!answer) {
        await confirm();
        answer = await sent();
      }
      return answer;
    } catch (error) {
      passOn(error.signals);
      throw Object.assign(error, { credentialId: credential.id, userHandle: options.user.id });
    }
  });
}

async function use(kind, options, wait) {
  return wait.device(kind, options.timeout, (signal) => (
    navigator.credentials.get({ publicKey: requestOptions(options), signal })
  ));
}

/** Signs in with what the authenticator answered. An error after that has the `userHandle` of the account. */
export async function finishSignIn(ceremony, credential, wait) {
  const response = responseJson(credential);
  try {
    const answer = await finish('/api/sessions/finish', { ceremony, response }, wait);
    return answer.account;
  } catch (error) {
    passOn(error.signals);
    throw Object.assign(error, { userHandle: response.response.userHandle });
  }
}

export async function signIn(wait) {
  const { ceremony, options } = await api('POST', '/api/sessions/start', { body: {}, wait });
  return finishSignIn(ceremony, await use('sign-in', options, wait), wait);
}

/** Has the user confirm an act, such as `{ kind: 'delete-account' }`, with a passkey of the account. */
export async function confirmWithPasskey(act, wait) {
  const { ceremony, options } = await api('POST', '/api/step-up/start', { body: { act }, wait });
  const credential = await use('confirm', options, wait);
  await finish('/api/step-up/finish', { ceremony, response: responseJson(credential) }, wait);
}

/** What a conditional request needs. The browser ends it when the signal is aborted, and not before. */
export async function conditionalRequest(wait) {
  const { ceremony, options } = await api('POST', '/api/sessions/start', { body: {}, wait });
  const request = { publicKey: requestOptions(options), mediation: 'conditional', signal: wait.signal };
  return { ceremony, lifetime: options.timeout ?? CEREMONY_TIMEOUT, get: () => navigator.credentials.get(request) };
}
