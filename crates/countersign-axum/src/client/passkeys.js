// Passkeys in a page: ceremonies, the account's passkeys and sessions, and signals to password managers, over the routes of
// `countersign-axum`. It has no dependencies and does not touch the document. passkeys.d.ts documents what it exports.

/** @import { Act, Account, AutofillOptions, Credential, CredentialList } from './passkeys.d.ts' */
/** @import { ErrorDetails, Options, PasskeysOptions, RecoveryStatus, Session, SessionInfo } from './passkeys.d.ts' */

/** How long a request may take, in milliseconds. The server answers within a few; the rest is for a slow line. */
const REQUEST_TIMEOUT = 20_000;
/** The time-out of a ceremony whose options have none, in milliseconds: the browsers' usual five minutes. */
const CEREMONY_TIMEOUT = 300_000;
/** How much longer than its time-out a ceremony may take, in milliseconds, so that the browser ends it. */
const CEREMONY_GRACE = 15_000;
/** The pauses before a finish is repeated, in milliseconds: a restarting proxy is back after a second or two. */
const REPEATS = [500, 2_000];
/** How long the browser has to end an aborted request, in milliseconds: objects of some password managers never do. */
const LET_GO = 2_000;
/** How long a password manager may take to create a passkey without a question, in milliseconds. */
const CONDITIONAL_CREATE_TIMEOUT = 10_000;
/** How often an act is confirmed anew if another window uses up the confirmation. */
const CONFIRMATIONS = 3;

/** @type {Record<string, string>} */
const MESSAGES = {
  'account-changed': 'Another account is signed in by now.',
  cancelled: 'You cancelled it.',
  network: 'The server can’t be reached. Check your connection, then try again.',
  'time-out': 'That took too long. Please try again.',
  ConstraintError: 'That authenticator can’t check that it is you. Use one with a fingerprint, a face or a PIN.',
  InvalidStateError: 'This device or security key already has a passkey for your account. Use another one.',
  NotAllowedError: 'It was cancelled, or it timed out. Nothing was changed.',
  NotSupportedError: 'That authenticator offers no kind of key that this server accepts.',
  OperationError: 'The browser is still busy with another passkey request. Close its window, then try again.',
  SecurityError: 'This page’s address doesn’t match its passkeys.',
};

export class PasskeyError extends Error {
  /** @param {string} code @param {ErrorDetails} [details] */
  constructor(code, { message, status = 0, signals, lost = false, step, cause } = {}) {
    super(message ?? MESSAGES[code] ?? `That failed (${code}). Please try again.`, { cause });
    this.name = 'PasskeyError';
    this.code = code;
    this.status = status;
    this.signals = signals;
    this.lost = lost;
    this.sent = false;
    this.confirmed = false;
    this.step = step;
    /** @type {string | undefined} */
    this.credentialId = undefined;
    /** @type {string | undefined} */
    this.userHandle = undefined;
  }

  get uncertain() {
    return this.sent && (this.lost || this.code === 'cancelled' || this.status >= 500);
  }
}

export function obstacle() {
  if (window.top !== window) return 'framed';
  if (!window.isSecureContext) return 'insecure';
  return typeof window.PublicKeyCredential === 'function' && navigator.credentials ? null : 'unsupported';
}

export class Passkeys {
  /** @type {string | null} */
  account = null;
  #base;
  #fetch;
  /** What waits in the browser without a prompt, if anything. @type {{ abort: AbortController, settled: Promise<unknown> } | null} */
  #background = null;
  /** The end of the latest ceremony. @type {Promise<unknown>} */
  #latest = Promise.resolve();

  /** @param {string} [base] @param {PasskeysOptions} [options] */
  constructor(base = '/passkeys', { fetch = (address, init) => window.fetch(address, init) } = {}) {
    this.#base = base.replace(/\/+$/, '');
    this.#fetch = fetch;
  }

  /** @param {Options} [options] @returns {Promise<SessionInfo>} */
  async session(options) {
    const info = await this.request('GET', '/session', undefined, options);
    this.account = info.account?.userHandle ?? null;
    return info;
  }

  /** @param {string} name @param {Options & { invitation?: string }} [options] @returns {Promise<Account>} */
  register(name, { invitation, ...options } = {}) {
    return this.#ceremony(options, async (options) => {
      const { account } = await this.#create('/accounts', { name, invitation }, options);
      return this.#entered(account);
    });
  }

  /** @param {string} name @param {string} code @param {Options} [options] @returns {Promise<Account>} */
  recover(name, code, options) {
    return this.#ceremony(options, async (options) => {
      const { account } = await this.#create('/recovery', { name, code }, options);
      return this.#entered(account);
    });
  }

  /** @param {Options} [options] @returns {Promise<RecoveryStatus>} */
  recoveryStatus(options) {
    return this.request('GET', '/recovery-codes', undefined, options);
  }

  /** @param {Options} [options] @returns {Promise<string[]>} */
  makeRecoveryCodes(options) {
    return this.#ceremony(options, async (options) => {
      const make = () => this.request('POST', '/recovery-codes', undefined, options);
      return (await this.#confirmed({ kind: 'make-recovery-codes' }, options, make)).codes;
    });
  }

  /** @param {Options & { name?: string }} [options] @returns {Promise<Account>} */
  signIn({ name, ...options } = {}) {
    return this.#ceremony(options, async (options) => {
      const started = await this.request('POST', '/sessions/start', name === undefined ? {} : { name }, options);
      const response = await this.#device('sign-in', 'get', started.options, options);
      return this.#finishSignIn(started.ceremony, response, options);
    });
  }

  /** @template T @param {AutofillOptions<T>} [options] @returns {Promise<T | null>} */
  async autofill({ chosen = async (finish) => /** @type {any} */ (finish()), ...options } = {}) {
    const mediation = Promise.resolve(window.PublicKeyCredential?.isConditionalMediationAvailable?.());
    if (!await Promise.race([mediation, sleep(LET_GO)]).catch(() => false)) return null;
    for (;;) {
      for (let latest; latest !== this.#latest;) await (latest = this.#latest);
      if (options.signal?.aborted || this.account) return null;
      const begun = Date.now();
      const suggested = await this.#suggest(options);
      if (suggested) return chosen((more) => this.#finishSignIn(suggested.ceremony, suggested.response, { ...options, ...more }));
      // After a moment the user has declined; an immediate rejection would be repeated.
      if (suggested === null && Date.now() - begun < LET_GO) return null;
      if (suggested === null) await sleep(1_000);
    }
  }

  /** @param {Options} [options] @returns {Promise<Credential>} */
  add(options) {
    return this.#ceremony(options, async (options) => {
      const add = () => this.#create('/credentials', {}, options);
      const { credential } = await this.#confirmed({ kind: 'add-credential' }, options, add, 'create');
      await this.signals(options);
      return credential;
    });
  }

  /** @param {Options} [options] @returns {Promise<Credential | null>} */
  async upgrade(options = {}) {
    const capabilities = await window.PublicKeyCredential?.getClientCapabilities?.().catch(() => null);
    if (!capabilities?.conditionalCreate) return null;
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, ...(options.signal ? [options.signal] : [])]);
    const created = this.#ceremony({ ...options, signal }, async (options) => (
      (await this.#create('/credentials', { conditional: true }, options, 'conditional')).credential
    )).catch((error) => {
      // The browser or its password manager declined, another ceremony began, or the sign-in was too long ago.
      const isCancelled = error.code === 'cancelled' && !abort.signal.aborted;
      const isRejected = ['conditional-create-rejected', 'reauthentication-required'].includes(error.code);
      if ((error.step && !isCancelled) || isRejected) return null;
      throw error;
    });
    this.#background = { abort, settled: created.catch(() => null) };
    return created;
  }

  /** @param {Act} act @param {Options} [options] @returns {Promise<void>} */
  confirm(act, options) {
    return this.#ceremony(options, (options) => this.#stepUp(act, options));
  }

  /** @param {Options} [options] @returns {Promise<CredentialList>} */
  async credentials(options = {}) {
    const { account = this.account } = options;
    const list = await this.#listed('GET', '/credentials', options);
    if (account && list.account !== account) throw new PasskeyError('account-changed', { status: 409 });
    return list;
  }

  /** @param {string} id @param {string} label @param {Options} [options] @returns {Promise<Credential>} */
  async rename(id, label, options) {
    return (await this.request('PATCH', `/credentials/${id}`, { label }, options)).credential;
  }

  /** @param {string} id @param {Options} [options] @returns {Promise<{ signedOut: boolean }>} */
  remove(id, options) {
    return this.#ceremony(options, async (options) => {
      const remove = () => this.#listed('DELETE', `/credentials/${id}`, options);
      const { signedOut } = await this.#confirmed({ kind: 'remove-credential', credential: id }, options, remove);
      if (signedOut) this.account = null;
      return { signedOut };
    });
  }

  /** @param {Options} [options] @returns {Promise<Session[]>} */
  async sessions(options) {
    return (await this.request('GET', '/sessions', undefined, options)).sessions;
  }

  /** @param {string} id @param {Options} [options] @returns {Promise<void>} */
  async endSession(id, options) {
    await this.request('DELETE', `/sessions/${id}`, undefined, options);
  }

  /** @param {Options} [options] @returns {Promise<number>} */
  async endOtherSessions(options) {
    return (await this.request('DELETE', '/sessions', undefined, options)).ended;
  }

  /** @param {Options} [options] @returns {Promise<void>} */
  async signOut(options) {
    await this.request('DELETE', '/session', undefined, options);
    this.account = null;
  }

  /** @param {string} name @param {Options} [options] @returns {Promise<Account>} */
  renameAccount(name, options) {
    return this.#ceremony(options, async (options) => {
      const rename = () => this.#listed('PATCH', '/account', options, { name });
      return (await this.#confirmed({ kind: 'rename-account', name }, options, rename)).account;
    });
  }

  /** @param {Options} [options] @returns {Promise<void>} */
  deleteAccount(options) {
    return this.#ceremony(options, async (options) => {
      const remove = () => this.request('DELETE', '/account', undefined, options);
      const { signals } = await this.#confirmed({ kind: 'delete-account' }, options, remove);
      passOn(signals);
      this.account = null;
    });
  }

  /** @param {Options} [options] @returns {Promise<void>} */
  async signals(options) {
    await this.#listed('GET', '/signals', options).catch(() => {});
  }

  /**
   * @param {'GET' | 'POST' | 'PATCH' | 'DELETE'} method @param {string} path @param {unknown} [body] @param {Options} [options]
   * @returns {Promise<any>}
   */
  async request(method, path, body, { signal, account = this.account, onWait } = {}) {
    /** @type {Record<string, string>} */
    const headers = method === 'GET' ? {} : { 'content-type': 'application/json' };
    // The server changes nothing if another account is signed in than the one that the user sees.
    if (method !== 'GET' && account) headers['countersign-account'] = account;
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    let sent = false;
    onWait?.('server');
    try {
      return await within(REQUEST_TIMEOUT, signal, undefined, (signal) => {
        sent = method !== 'GET' && !path.endsWith('/start') && !path.startsWith('/step-up/');
        return this.#exchange(this.#base + path, { ...init, signal, cache: 'no-store', credentials: 'same-origin' });
      });
    } catch (error) {
      throw sent && error instanceof PasskeyError ? Object.assign(error, { sent }) : error;
    }
  }

  async #exchange(address, init) {
    let response;
    try {
      response = await this.#fetch(address, init);
    } catch (cause) {
      throw new PasskeyError('network', { lost: true, cause });
    }
    const answer = await response.json().catch(() => null);
    // An answer that broke off after its headers is lost as well; 204 has no body.
    if (response.ok && (answer !== null || response.status === 204)) return answer ?? {};
    const { code = `http-${response.status}`, message, signals } = answer?.error ?? {};
    // Without a code of the server's, a proxy answered.
    const lost = response.ok || (response.status >= 500 && !answer?.error);
    throw new PasskeyError(code, { message, status: response.status, signals, lost });
  }

  /** Sends the finish of a ceremony. If its answer is lost, the finish is sent again, and the server repeats the answer. */
  async #finish(path, body, options) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.request('POST', path, body, options);
      } catch (error) {
        const { lost, sent } = error;
        if (!lost || attempt === REPEATS.length) throw error;
        const pause = within(REQUEST_TIMEOUT, options.signal, undefined, () => sleep(REPEATS[attempt]));
        await pause.catch((stopped) => { throw Object.assign(stopped, { sent }); });
      }
    }
  }

  /**
   * Runs a ceremony about the account of its beginning. The browser has one request at a time, so what waits without a prompt
   * ends.
   */
  #ceremony(options, run) {
    const { account = this.account } = options ?? {};
    const ran = this.#stopBackground().then(() => run({ ...options, account }));
    this.#latest = ran.catch(() => {});
    return ran;
  }

  async #stopBackground() {
    this.#background?.abort.abort();
    await Promise.race([this.#background?.settled, sleep(LET_GO)]);
  }

  /**
   * Waits until the user chooses a suggested passkey. Returns `null` if the browser or the server ends that, and `undefined`
   * if this script does: for another ceremony, or before the challenge expires.
   */
  async #suggest(options) {
    const abort = new AbortController();
    const stop = () => abort.abort();
    options.signal?.addEventListener('abort', stop);
    let timer;
    const suggest = async () => {
      const { ceremony, options: publicKey } = await this.request('POST', '/sessions/start', {}, { signal: abort.signal });
      timer = setTimeout(stop, 0.8 * (publicKey.timeout ?? CEREMONY_TIMEOUT));
      return { ceremony, response: await useBrowser('get', publicKey, abort.signal, 'conditional') };
    };
    const settled = suggest().catch(() => null);
    const mine = this.#background = { abort, settled };
    try {
      const suggested = await Promise.race([settled, aborted(abort.signal).catch(() => undefined)]);
      return abort.signal.aborted ? undefined : suggested;
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', stop);
      // An aborted one stays until the next, since the browser may not have released it yet.
      if (!abort.signal.aborted && this.#background === mine) this.#background = null;
    }
  }

  /** Creates a passkey. Windows that register share a lock from `create()` to the answer: see `#locked`. */
  async #create(path, details, options, mediation) {
    const started = await this.request('POST', `${path}/start`, details, options);
    return this.#locked({ mode: 'shared', signal: options.signal }, async () => {
      const response = await this.#device('create', 'create', started.options, options, mediation);
      const send = () => this.#finish(`${path}/finish`, { ceremony: started.ceremony, response }, options);
      try {
        const isAdded = path === '/credentials' && !mediation;
        return await (isAdded ? this.#confirmed({ kind: 'add-credential' }, options, send, undefined, 'confirm-again') : send());
      } catch (error) {
        passOn(error.signals);
        throw Object.assign(error, { credentialId: response.id, userHandle: started.options.user.id });
      }
    });
  }

  async #finishSignIn(ceremony, response, options) {
    try {
      const finish = () => this.#finish('/sessions/finish', { ceremony, response }, options);
      return this.#entered((await this.#passingOn(finish)).account);
    } catch (error) {
      passOn(error.signals);
      throw Object.assign(error, { userHandle: response.response.userHandle });
    }
  }

  #entered(account) {
    this.account = account.userHandle;
    return account;
  }

  async #stepUp(act, options) {
    const started = await this.request('POST', '/step-up/start', { act }, options);
    const response = await this.#device('confirm', 'get', started.options, options);
    await this.#finish('/step-up/finish', { ceremony: started.ceremony, response }, options);
  }

  /** Runs work that requires a confirmation. If the server has no recent one, the user gives it, and the work runs again. */
  async #confirmed(act, options, work, after, before = 'confirm') {
    for (let left = CONFIRMATIONS; ; left -= 1) {
      try {
        return await work();
      } catch (error) {
        if (error.code !== 'reauthentication-required' || left === 0) {
          throw Object.assign(error, { confirmed: left < CONFIRMATIONS });
        }
      }
      await options.ask?.(before);
      await this.#stepUp(act, options);
      if (after) await options.ask?.(after);
    }
  }

  /** Runs a step in the browser or at the authenticator. */
  async #device(step, method, publicKey, { signal, onWait }, mediation) {
    onWait?.('device', step);
    const time = mediation ? CONDITIONAL_CREATE_TIMEOUT : (publicKey.timeout ?? CEREMONY_TIMEOUT) + CEREMONY_GRACE;
    try {
      return await within(time, signal, step, (signal) => useBrowser(method, publicKey, signal, mediation));
    } catch (error) {
      if (error instanceof PasskeyError) throw error;
      const { name, message } = error ?? {};
      const unknown = name in MESSAGES ? undefined : `The browser or the authenticator reported a problem: ${message || error}`;
      throw new PasskeyError(name ?? 'unknown', { message: unknown, step, cause: error });
    }
  }

  /** Sends a request whose answer lists the account's passkeys, and passes the list on. */
  #listed(method, path, options, body) {
    return this.#passingOn(() => this.request(method, path, body, options));
  }

  /** Runs a request, and passes its signals on if no window is adding a passkey. */
  #passingOn(request) {
    return this.#locked({ ifAvailable: true }, async (lock) => {
      const answer = await request();
      if (lock) passOn(answer.signals ?? answer);
      return answer;
    });
  }

  /**
   * Runs a step under the lock that the windows of a browser share. While a window registers, a provider has a passkey that
   * the server's lists lack. So a list is passed on only by a window that holds the lock exclusively.
   */
  async #locked(options, step) {
    let began = false;
    try {
      return await navigator.locks.request(`countersign ${this.#base}`, options, (lock) => {
        began = true;
        return step(lock);
      });
    } catch (error) {
      if (began) throw error;
      if (options.signal?.aborted) throw new PasskeyError('cancelled', { cause: error });
      // The browser has no locks, or blocks the site's storage.
      return step(null);
    }
  }
}

/** Passes signals on to password managers, which hide or delete passkeys. Never fails. */
function passOn(signals) {
  const pass = async (method, payload) => payload && window.PublicKeyCredential?.[method]?.(payload);
  pass('signalAllAcceptedCredentials', signals?.allAcceptedCredentials).catch(() => {});
  pass('signalCurrentUserDetails', signals?.currentUserDetails).catch(() => {});
  pass('signalUnknownCredential', signals?.unknownCredential).catch(() => {});
}

const sleep = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** Rejects when the signal is aborted. */
const aborted = (signal) => new Promise((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason)); });

/** Runs a step until the signal is aborted or the time is over, even if its promise never settles. */
async function within(milliseconds, signal, step, begin) {
  const controller = new AbortController();
  const cancel = () => controller.abort(new PasskeyError('cancelled', { step, cause: signal?.reason }));
  const timer = setTimeout(() => controller.abort(new PasskeyError('time-out', { step, lost: !step })), milliseconds);
  signal?.addEventListener('abort', cancel);
  if (signal?.aborted) cancel();
  try {
    controller.signal.throwIfAborted();
    return await Promise.race([aborted(controller.signal), begin(controller.signal)]);
  } catch (error) {
    // A stopped step throws the browser's error; the reason is ours.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

/**
 * Creates or uses a passkey, with JSON on both sides. Browsers without it, and objects of password managers whose `toJSON()`
 * or getters throw, are read member by member; the server does without those that can't be read.
 */
async function useBrowser(method, json, signal, mediation) {
  const parse = method === 'create' ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON';
  const publicKey = attempt(() => PublicKeyCredential[parse](json)) ?? withBytes(json);
  return withoutBytes(await navigator.credentials[method]({ publicKey, signal, mediation }));
}

/** Returns the value, or `undefined` if reading it throws. */
function attempt(read) {
  try {
    return read() ?? undefined;
  } catch {
    return undefined;
  }
}

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));

function toBase64url(bytes) {
  const view = ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes);
  const text = btoa(Array.from(view, (byte) => String.fromCharCode(byte)).join(''));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function withBytes(json) {
  const descriptors = (list) => list?.map((one) => ({ ...one, id: toBytes(one.id) }));
  return {
    ...json,
    challenge: toBytes(json.challenge),
    user: json.user && { ...json.user, id: toBytes(json.user.id) },
    excludeCredentials: descriptors(json.excludeCredentials),
    allowCredentials: descriptors(json.allowCredentials),
  };
}

/** A value for JSON, with bytes in base64url. They may be of another window, such as a password manager's frame. */
function plain(value) {
  const isBuffer = ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === '[object ArrayBuffer]';
  if (isBuffer) return toBase64url(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

function withoutBytes(credential) {
  const whole = attempt(() => plain(credential.toJSON()));
  // An object of a password manager may make `{}`.
  if (attempt(() => [whole.id, whole.response.clientDataJSON].every((text) => typeof text === 'string'))) return whole;
  const { id, response } = credential;
  const member = (name) => attempt(() => (response[name] ? toBase64url(response[name]) : undefined));
  const attestationObject = member('attestationObject');
  return {
    id,
    rawId: id,
    type: 'public-key',
    authenticatorAttachment: attempt(() => credential.authenticatorAttachment),
    clientExtensionResults: attempt(() => plain(credential.getClientExtensionResults())) ?? {},
    response: {
      clientDataJSON: member('clientDataJSON'),
      attestationObject,
      transports: attempt(() => [...response.getTransports()]) ?? (attestationObject && []),
      authenticatorData: member('authenticatorData'),
      signature: member('signature'),
      userHandle: member('userHandle'),
    },
  };
}
