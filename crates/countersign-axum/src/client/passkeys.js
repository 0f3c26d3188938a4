// Passkeys in a page, over the routes of `countersign-axum`: ceremonies, the account's passkeys and sessions, and signals to
// password managers. No dependencies, and no access to the document. passkeys.d.ts documents the exports.
//
// This is the first of four parts of one module, which are files of its source: what a page calls, its problems, the requests to
// the routes, and what the browser and its password managers do.
/** @import { AutofillOptions, ErrorDetails, Options, PasskeysOptions } from './passkeys.d.ts' */

// In milliseconds:
/** The time-out of a ceremony whose options have none: the browsers' usual five minutes. */
const CEREMONY_TIMEOUT = 300_000;
/** How much longer than its time-out a ceremony may take, so that the browser ends it. */
const CEREMONY_GRACE = 15_000;
/** How long the browser has to end an aborted request: objects of some password managers never do. */
const LET_GO = 2_000;
/** How long a password manager may take to create a passkey without a question. */
const CONDITIONAL_CREATE_TIMEOUT = 10_000;
/** How often an act is confirmed anew if another window uses up the confirmation. */
const CONFIRMATIONS = 3;

export class Passkeys {
  /** @type {string | null} */
  account = null;
  #requests;
  /** What waits in the browser without a prompt: how to stop it, and its end. */
  #background = { stop: () => {}, settled: /** @type {any} */ (null) };
  /** The end of the latest ceremony. */
  #latest = Promise.resolve();

  /** @param {string} [base] @param {PasskeysOptions} [options] */
  constructor(base = '/passkeys', { fetch = (address, init) => window.fetch(address, init) } = {}) {
    this.#requests = new Requests(base.replace(/\/+$/, ''), fetch);
  }

  async session(options) {
    const info = await this.request('GET', '/session', undefined, options);
    this.account = info.account?.userHandle ?? null;
    return info;
  }

  /** @param {string} name @param {Options & { invitation?: string }} [options] */
  register(name, { invitation, ...options } = {}) {
    const create = (options) => this.#create('/accounts', { name, invitation }, options);
    return this.#ceremony(options, async (options) => this.#entered(await create(options)));
  }

  recover(name, code, options) {
    return this.#ceremony(options, async (options) => this.#entered(await this.#create('/recovery', { name, code }, options)));
  }

  recoveryStatus(options) { return this.request('GET', '/recovery-codes', undefined, options); }

  makeRecoveryCodes(options) {
    return this.#ceremony(options, async (options) => {
      const make = () => this.request('POST', '/recovery-codes', undefined, options);
      return (await this.#confirmed({ kind: 'make-recovery-codes' }, options, make)).codes;
    });
  }

  /** @param {Options & { name?: string }} [options] */
  signIn({ name, ...options } = {}) {
    return this.#ceremony(options, async (options) => {
      const started = await this.request('POST', '/sessions/start', { name }, options);
      const response = await this.#device('sign-in', 'get', started.options, options);
      return this.#finishSignIn(started.ceremony, response, options);
    });
  }

  /** @param {AutofillOptions<any>} [options] */
  async autofill({ chosen = async (finish) => finish(), ...options } = {}) {
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

  add(options) {
    return this.#ceremony(options, async (options) => {
      const add = () => this.#create('/credentials', {}, options);
      const { credential } = await this.#confirmed({ kind: 'add-credential' }, options, add, 'create');
      await this.signals(options);
      return credential;
    });
  }

  async upgrade(options = {}) {
    const capabilities = await window.PublicKeyCredential?.getClientCapabilities?.().catch(() => null);
    if (!capabilities?.conditionalCreate) return null;
    const abort = linked(options.signal);
    const created = this.#ceremony({ ...options, signal: abort.signal }, async (options) => (
      (await this.#create('/credentials', { conditional: true }, options, 'conditional')).credential
    )).catch((error) => {
      // The browser or its password manager declined, another ceremony began, or the sign-in was too long ago.
      const isStopped = error.code === 'cancelled' && !error.sent;
      const isRejected = ['conditional-create-rejected', 'reauthentication-required'].includes(error.code);
      if (isStopped ? options.signal?.aborted : !error.step && !isRejected) throw error;
      return null;
    });
    this.#background = { stop: () => abort.abort(), settled: created.catch(() => null) };
    return created;
  }

  confirm(act, options) { return this.#ceremony(options, (options) => this.#stepUp(act, options)); }

  async credentials(options = {}) {
    const { account = this.account } = options;
    const list = await this.#listed('GET', '/credentials', options);
    if (account && list.account !== account) throw new PasskeyError('account-changed', { status: 409 });
    return list;
  }

  async rename(id, label, options) { return (await this.request('PATCH', `/credentials/${id}`, { label }, options)).credential; }

  remove(id, options) {
    return this.#ceremony(options, async (options) => {
      const remove = () => this.#listed('DELETE', `/credentials/${id}`, options);
      const { signedOut } = await this.#confirmed({ kind: 'remove-credential', credential: id }, options, remove);
      if (signedOut) this.account = null;
      return { signedOut };
    });
  }

  async sessions(options) { return (await this.request('GET', '/sessions', undefined, options)).sessions; }

  async endSession(id, options) { await this.request('DELETE', `/sessions/${id}`, undefined, options); }

  async endOtherSessions(options) { return (await this.request('DELETE', '/sessions', undefined, options)).ended; }

  async signOut(options) {
    await this.request('DELETE', '/session', undefined, options);
    this.account = null;
  }

  renameAccount(name, options) {
    return this.#ceremony(options, async (options) => {
      const rename = () => this.#listed('PATCH', '/account', options, { name });
      return (await this.#confirmed({ kind: 'rename-account', name }, options, rename)).account;
    });
  }

  deleteAccount(options) {
    return this.#ceremony(options, async (options) => {
      const remove = () => this.request('DELETE', '/account', undefined, options);
      passOn((await this.#confirmed({ kind: 'delete-account' }, options, remove)).signals);
      this.account = null;
    });
  }

  async signals(options) { await this.#listed('GET', '/signals', options).catch(() => {}); }

  request(method, path, body, /** @type {Options} */ options = {}) {
    return this.#requests.send(method, path, body, this.#mine(options));
  }

  #finish(path, body, options) { return this.#requests.finish(path, body, this.#mine(options)); }

  /** The options of a request about the account that this script knows, if they name no other. */
  #mine({ account = this.account, ...options }) { return { ...options, account }; }

  /**
   * Runs a ceremony about the account of its beginning. The browser has one request at a time, so what waits without a prompt
   * ends.
   */
  #ceremony(options, run) {
    const { account = this.account } = options ?? {};
    const { stop, settled } = this.#background;
    stop();
    const ran = Promise.race([settled, sleep(LET_GO)]).then(() => run({ ...options, account }));
    this.#latest = ran.catch(() => {});
    return ran;
  }

  /**
   * Waits until the user chooses a suggested passkey. Returns `null` if the browser or the server ends that, and `undefined`
   * if this script does: for another ceremony, or before the challenge expires.
   */
  async #suggest(/** @type {Options} */ { signal }) {
    const abort = linked(signal);
    const stop = () => abort.abort();
    let timer;
    const suggest = async () => {
      const { ceremony, options } = await this.request('POST', '/sessions/start', {}, { signal: abort.signal });
      timer = setTimeout(stop, 0.8 * (options.timeout ?? CEREMONY_TIMEOUT));
      return { ceremony, response: await useBrowser('get', options, abort.signal, 'conditional') };
    };
    const settled = suggest().catch(() => null);
    // It stays after its end: stopping it then does nothing. The browser may not have released an aborted one yet.
    this.#background = { stop, settled };
    const suggested = await Promise.race([settled, aborted(abort.signal).catch(() => undefined)]);
    clearTimeout(timer);
    return abort.signal.aborted ? undefined : suggested;
  }

  /** Creates a passkey. Windows that register share a lock from `create()` to the answer: see `#locked`. */
  async #create(path, details, options, mediation) {
    const started = await this.request('POST', `${path}/start`, details, options);
    return this.#locked({ mode: 'shared', signal: options.signal }, async () => {
      const response = await this.#device('create', 'create', started.options, options, mediation);
      const send = () => this.#finish(path, { ceremony: started.ceremony, response }, options);
      try {
        if (path !== '/credentials' || mediation) return await send();
        return await this.#confirmed({ kind: 'add-credential' }, options, send, undefined, 'confirm-again');
      } catch (error) {
        passOn(error.signals);
        throw Object.assign(error, { credentialId: response.id, userHandle: started.options.user.id });
      }
    });
  }

  async #finishSignIn(ceremony, response, options) {
    try {
      return this.#entered(await this.#passingOn(() => this.#finish('/sessions', { ceremony, response }, options)));
    } catch (error) {
      passOn(error.signals);
      throw Object.assign(error, { userHandle: response.response.userHandle });
    }
  }

  #entered({ account }) {
    this.account = account.userHandle;
    return account;
  }

  async #stepUp(act, options) {
    const started = await this.request('POST', '/step-up/start', { act }, options);
    const response = await this.#device('confirm', 'get', started.options, options);
    await this.#finish('/step-up', { ceremony: started.ceremony, response }, options);
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
      const { name = 'unknown', message } = error ?? {};
      const words = MESSAGES[name] ?? `The browser or the authenticator reported a problem: ${message || error}`;
      throw new PasskeyError(name, { message: words, step, cause: error });
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
      return await navigator.locks.request(`countersign ${this.#requests.base}`, options, (lock) => {
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
