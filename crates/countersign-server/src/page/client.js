// Requests to the server, ceremonies with the browser's passkeys, and signals to their providers. This module does not touch
// the document.

/** A problem to show to the user; `code` is the server's or the browser's name for it. */
export class Failure extends Error {
  constructor(message, { code = '', advice = '', status = 0, lost = false, signals, link, cause } = {}) {
    super(message, { cause });
    Object.assign(this, { code, advice, status, lost, signals, link, sent: false });
  }

  /** Whether a request that changes something was sent, and may have been carried out without an answer. */
  get uncertain() {
    return this.sent && (this.lost || this.code === 'cancelled' || this.status >= 500);
  }
}

/** The state of the page's server. */
export const server = {
  rpId: location.hostname,
  /** The user handle of the account that the page shows. */
  account: null,
  /** Whether the server has another version of this page by now. */
  outdated: false,
  onOutdated: () => {},
};

const atAnotherAddress = () => `You are at ${location.origin}. Open this page at the address that its server was set up for.`;

const SERVER_ADVICE = {
  'challenge-expired': () => 'Please start again. Each attempt is valid once, and for a few minutes.',
  'cookie-missing': () => `Allow cookies for ${location.host} in the browser’s settings, then try again.`,
  'credential-unknown': () => 'It may have been removed from its account. Use another passkey, and delete this one from your '
    + 'password manager or security key: it opens nothing here.',
  'metadata-unavailable': () => 'It lacks the list of accepted authenticators, and keeps trying to get it. Please try again later.',
  'last-credential': () => 'Add another passkey first, so that you are not locked out.',
  'not-signed-in': () => 'If this keeps happening, check that your browser stores cookies of this site.',
  'name-taken': () => 'If that account is yours, sign in with your passkey.',
  'origin-mismatch': atAnotherAddress,
  'origin-not-allowed': atAnotherAddress,
  'user-not-verified': () => 'Use a passkey that asks for your fingerprint, your face or a PIN. For a security key, set a PIN '
    + 'first.',
};

const STOPPED = {
  cancelled: () => new Failure('You cancelled the request.', { code: 'cancelled', advice: 'Nothing was changed.' }),
  server: () => new Failure('The server didn’t answer in time.', {
    code: 'time-out', lost: true, advice: 'Check your connection, then try again.',
  }),
  device: () => new Failure('Your device didn’t answer in time.', {
    code: 'time-out', advice: 'Nothing was changed. Try again; if it keeps happening, reload the page.',
  }),
};

const FRAMED = [
  'This page is shown inside another site’s page.',
  'Passkeys don’t work there. Open it in its own window.',
];

const BROWSER_WORDS = {
  AbortError: () => ['The request was stopped.', 'You can start again.'],
  ConstraintError: () => [
    'That authenticator can’t check that it is you.',
    'Use one with a fingerprint, a face or a PIN. For a security key, set a PIN first.',
  ],
  InvalidStateError: (kind) => (['create', 'add'].includes(kind)
    ? [
      'This device or security key already has a passkey for your account.',
      'There is no need for a second one on it. To add a passkey, use another device.',
    ]
    : ['The browser is busy with another request.', 'Close its passkey window, then try again.']),
  NotAllowedError: (kind) => ({
    'sign-in': [
      'You weren’t signed in: the request was cancelled, or it timed out.',
      'Try again. If you have no passkey here yet, create an account first.',
    ],
    confirm: [
      'You didn’t confirm that it is you: the request was cancelled, or it timed out.',
      'Nothing was changed. Try again with a passkey of this account.',
    ],
  }[kind] ?? [
    'No passkey was created: the request was cancelled, or it timed out.',
    'Nothing was changed. Try again. If your device showed nothing, it may need a screen lock first, or your security key a PIN.',
  ]),
  NotSupportedError: () => [
    'That authenticator offers no kind of key that this server accepts.',
    'Use another device or security key.',
  ],
  OperationError: () => [
    'The browser is still busy with another passkey request.',
    'Close its passkey window, also in other windows of this site, then try again.',
  ],
  SecurityError: () => [
    'This page’s address doesn’t match its passkeys.',
    `They belong to “${server.rpId}”, and you are at “${location.host}”. Open the page at its own address.`,
  ],
};

export function browserFailure(error, kind) {
  if (error instanceof Failure) return error;
  const words = window.top === window ? BROWSER_WORDS[error?.name]?.(kind) : FRAMED;
  const [message, advice] = words
    ?? ['The browser or the authenticator reported a problem.', `It said: ${error?.message || error}`];
  return new Failure(message, { code: error?.name, advice, cause: error });
}

/** The reason why passkeys can't be used here, or `null`. */
export function obstacle() {
  if (window.top !== window) return new Failure(FRAMED[0], { advice: FRAMED[1], link: location.href });
  if (!window.isSecureContext) {
    return new Failure('Passkeys work only over a secure connection.', {
      advice: `This page came over plain http from ${location.host}. Open it with https.`,
    });
  }
  if (typeof window.PublicKeyCredential !== 'function' || !navigator.credentials?.create) {
    return new Failure('This browser can’t use passkeys.', {
      advice: 'Update it, or open this page in a current Chrome, Edge, Firefox or Safari. In a private window or inside another '
        + 'app, passkeys may be switched off.',
    });
  }
  if (!storesCookies()) {
    return new Failure('Cookies of this site are blocked.', {
      advice: `Without them you can’t stay signed in, and a new passkey would be useless. ${SERVER_ADVICE['cookie-missing']()}`,
    });
  }
  return null;
}

/** Tries it out: `navigator.cookieEnabled` is true even if the browser blocks the cookies of one site. */
function storesCookies() {
  try {
    document.cookie = 'countersign-probe=1; SameSite=Strict';
    const stored = document.cookie.includes('countersign-probe=1');
    document.cookie = 'countersign-probe=; SameSite=Strict; Max-Age=0';
    return stored;
  } catch {
    return false;
  }
}

// ---- Waiting ------------------------------------------------------------------------------------------

/** How long a request may take, in milliseconds. The server answers within a few; the rest is for a slow line. */
const REQUEST_TIMEOUT = 20_000;
/** The time-out of a ceremony without its own, in milliseconds: the browsers' usual five minutes. */
const CEREMONY_TIMEOUT = 300_000;
/** How much longer than its time-out the page waits for a ceremony, so that the browser ends it. */
const CEREMONY_GRACE = 15_000;

/** A wait for the server or the device. It can be cancelled, and reports which side it waits for. */
export class Wait {
  #controller = new AbortController();
  signal = this.#controller.signal;
  /** The account that was on the screen when the wait began. Its requests are only about this account. */
  account = server.account;

  constructor(side = () => {}) {
    /** Called when the wait for a side begins: with `server` or `device`, and with the purpose. */
    this.side = side;
  }

  cancel() {
    this.#controller.abort(STOPPED.cancelled());
  }

  /** Rejects as soon as the wait is cancelled or the time is over, even if `begin`'s promise never settles. */
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
      // A stopped step throws the browser's error; the reason is ours.
      throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
      clearTimeout(timer);
      this.signal.removeEventListener('abort', cancel);
    }
  }

  /** Runs a step of a ceremony in the browser or at the authenticator. Throws only failures with words. */
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

/** Whether a request changes what the user sees. The start of a ceremony and a confirmation don't. */
const changes = (method, path) => method !== 'GET' && !path.endsWith('/start') && !path.startsWith('/api/step-up/');

const VERSION = document.querySelector('meta[name=countersign-page]')?.content;

export async function api(method, path, { body, wait = new Wait() } = {}) {
  const headers = {};
  if (method !== 'GET') {
    headers['content-type'] = 'application/json';
    // The server changes nothing if another account is signed in than the one that the user sees.
    if (wait.account) headers['countersign-account'] = wait.account;
  }
  let sent = false;
  try {
    wait.side('server');
    const request = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
    return await exchange(path, request, wait, () => { sent = changes(method, path); });
  } catch (error) {
    throw sent ? perhapsDone(error) : error;
  }
}

/** The failure of a request that was sent. Without an answer, the server may have carried it out. */
function perhapsDone(error) {
  const silent = error.lost || error.code === 'cancelled';
  const advice = 'What you asked for may have been done anyway. Reload the page to see.';
  return Object.assign(error, { sent: true }, silent && { advice });
}

/** Sends a request and reads the answer. Calls `begun` when it sends. */
async function exchange(path, request, wait, begun) {
  const [response, answer] = await wait.limited(REQUEST_TIMEOUT, 'server', async (signal) => {
    begun();
    let response;
    try {
      response = await fetch(path, { ...request, signal, cache: 'no-store', credentials: 'same-origin' });
    } catch (cause) {
      throw new Failure('The server can’t be reached.', {
        code: 'network', lost: true, advice: 'Check your connection, then try again.', cause,
      });
    }
    return [response, await response.json().catch(() => null)];
  });
  noteVersion(response);
  if (!response.ok) throw rejection(response.status, answer?.error);
  // An answer that broke off after its headers is lost as well; 204 has no body.
  if (answer === null && response.status !== 204) throw rejection(502);
  return answer ?? {};
}

function rejection(status, error) {
  const code = error?.code ?? `http-${status}`;
  if (code === 'account-missing') becomeOutdated();
  return new Failure(error?.message ?? 'The server could not answer.', {
    code,
    status,
    // Without a code of the server's, a proxy answered.
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

/** The pauses before a finish is repeated, in milliseconds: a restarting proxy is back after a second or two. */
const REPEATS = [500, 2_000];

/** Sends the finish of a ceremony. If its answer is lost, the finish is sent again, and the server repeats the answer. */
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

// ---- WebAuthn's JSON forms, also for browsers without them ---------------------------------------------

function toBytes(base64url) {
  return Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
}

function toBase64url(bytes) {
  const view = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
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

/** The value, or `otherwise` if reading it throws: some objects of password managers have getters that do. */
function optional(read, otherwise) {
  try {
    return read() ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Whether a value is bytes, including those of another window, such as a password manager's frame. */
const isBuffer = (value) => ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === '[object ArrayBuffer]';

/** A value for JSON, with bytes in base64url. Some `toJSON()` leave bytes in extension results. */
function plain(value) {
  if (isBuffer(value)) return toBase64url(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

function responseJson(credential) {
  return optional(() => plain(credential.toJSON()), null) ?? partsOf(credential);
}

/** The members of a credential that the server needs. All others repeat what these contain. */
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
 * Passes the server's signals on to the providers of passkeys, which delete or hide the others. Every payload comes from
 * the server, since the page's own lists may be out of date. Never fails.
 */
export function passOn(signals) {
  const pass = async (method, payload) => payload && window.PublicKeyCredential?.[method]?.(payload);
  pass('signalAllAcceptedCredentials', signals?.allAcceptedCredentials).catch(() => {});
  pass('signalUnknownCredential', signals?.unknownCredential).catch(() => {});
}

/**
 * Runs a step under the lock that the windows of a browser share, and passes the lock to it. A registration shares the lock
 * from `create()` to the answer: in between, a provider has a passkey that the server's lists lack. A list is passed on only
 * by a window that holds the lock exclusively; a registering window passes on its own list when it is done.
 */
async function locked(options, step) {
  let began = false;
  try {
    return await navigator.locks.request('countersign-passkeys', options, (lock) => {
      began = true;
      return step(lock);
    });
  } catch (error) {
    // The browser has no locks, or blocks the site's storage.
    if (began || options.signal?.aborted) throw error;
    return step(null);
  }
}

/** Sends a request whose answer lists the account's passkeys. Passes the list on if no window is adding one. */
export function listed(method, path, request) {
  return locked({ ifAvailable: true }, async (lock) => {
    const answer = await api(method, path, request);
    if (lock) passOn(answer.signals);
    return answer;
  });
}

// ---- Ceremonies ---------------------------------------------------------------------------------------

/**
 * Creates a passkey; `kind` is `create` (an account) or `add`. A later error has its `credentialId` and the `userHandle` of
 * its account. If another window used up the confirmation, `confirm` asks for a new one, and the passkey is sent again.
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

/** Signs in with the authenticator's answer. An error has the `userHandle` of the account. */
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

/** Asks the user to confirm an act, such as `{ kind: 'delete-account' }`, with a passkey of the account. */
export async function confirmWithPasskey(act, wait) {
  const { ceremony, options } = await api('POST', '/api/step-up/start', { body: { act }, wait });
  const credential = await use('confirm', options, wait);
  await finish('/api/step-up/finish', { ceremony, response: responseJson(credential) }, wait);
}

/** Prepares a conditional request. The browser ends it only when the signal is aborted. */
export async function conditionalRequest(wait) {
  const { ceremony, options } = await api('POST', '/api/sessions/start', { body: {}, wait });
  const request = { publicKey: requestOptions(options), mediation: 'conditional', signal: wait.signal };
  return { ceremony, lifetime: options.timeout ?? CEREMONY_TIMEOUT, get: () => navigator.credentials.get(request) };
}
