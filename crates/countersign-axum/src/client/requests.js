// ---- Requests to the routes ---------------------------------------------------------------------------------

// In milliseconds:
/** How long a request may take. The server answers within a few; the rest is for a slow line. */
const REQUEST_TIMEOUT = 20_000;
/** The pauses before a finish is repeated: a restarting proxy is back after a second or two. */
const REPEATS = [500, 2_000];

/** What is sent to the routes below a path, and what becomes of lost answers. */
class Requests {
  base;
  #fetch;

  /** @param {string} base @param {NonNullable<PasskeysOptions['fetch']>} fetch */
  constructor(base, fetch) {
    this.base = base;
    this.#fetch = fetch;
  }

  async send(method, path, body, /** @type {Options} */ { signal, account, onWait }) {
    const changes = method !== 'GET';
    const headers = {
      ...(changes && { 'content-type': 'application/json' }),
      // The server changes nothing if another account is signed in than the one that the user sees.
      ...(changes && account && { 'countersign-account': account }),
    };
    const init = { method, headers, body: body && JSON.stringify(body), cache: 'no-store', credentials: 'same-origin' };
    let sent = false;
    onWait?.('server');
    try {
      return await within(REQUEST_TIMEOUT, signal, undefined, (signal) => {
        sent = changes && !path.endsWith('/start') && !path.startsWith('/step-up/');
        return this.#exchange(this.base + path, { ...init, signal });
      });
    } catch (error) {
      throw sent && error instanceof PasskeyError ? Object.assign(error, { sent }) : error;
    }
  }

  async #exchange(address, init) {
    const fetched = (async () => this.#fetch(address, init))();
    const response = await fetched.catch((cause) => { throw new PasskeyError('network', { lost: true, cause }); });
    const answer = await response.json().catch(() => null);
    // An answer that broke off after its headers is lost as well; 204 has no body.
    if (response.ok && (answer !== null || response.status === 204)) return answer ?? {};
    const { code = `http-${response.status}`, message, signals } = answer?.error ?? {};
    // Without a code of the server's, a proxy answered.
    const lost = response.ok || (response.status >= 500 && !answer?.error);
    throw new PasskeyError(code, { message, status: response.status, signals, lost });
  }

  /** Sends the finish of a ceremony. If its answer is lost, the finish is sent again, and the server repeats the answer. */
  async finish(path, body, options) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.send('POST', `${path}/finish`, body, options);
      } catch (error) {
        const { lost, sent } = error;
        if (!lost || attempt === REPEATS.length) throw error;
        const pause = within(REQUEST_TIMEOUT, options.signal, undefined, () => sleep(REPEATS[attempt]));
        await pause.catch((stopped) => { throw Object.assign(stopped, { sent }); });
      }
    }
  }
}
