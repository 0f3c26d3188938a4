// The page's account with the server, its words for every problem, and the wait for a request. The requests and ceremonies
// themselves are those of `countersign-axum`, in passkeys.js of the API. This module does not touch the document.

import { PasskeyError, Passkeys, obstacle as hindrance } from '/api/passkeys.js';

/** A problem to show to the user; `code` is the server's or the browser's name for it. */
export class Failure extends Error {
  constructor(message, { code = '', advice = '', link, cause } = {}) {
    super(message, { cause });
    Object.assign(this, { code, advice, link });
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

const VERSION = document.querySelector('meta[name=countersign-page]')?.content;

export const passkeys = new Passkeys('/api', {
  fetch: async (address, request) => {
    const response = await window.fetch(address, request);
    const version = response.headers.get('countersign-page');
    if (VERSION && version && version !== VERSION) becomeOutdated();
    return response;
  },
});

function becomeOutdated() {
  if (server.outdated) return;
  server.outdated = true;
  server.onOutdated();
}

// ---- Words ---------------------------------------------------------------------------------------------

const atAnotherAddress = () => `You are at ${location.origin}. Open this page at the address that its server was set up for.`;

const SERVER_ADVICE = {
  'challenge-expired': () => 'Please start again. Each attempt is valid once, and for a few minutes.',
  'cookie-missing': () => `Allow cookies for ${location.host} in the browser’s settings, then try again.`,
  'credential-unknown': () => 'It may have been removed from its account. Use another passkey, and delete this one from your '
    + 'password manager or security key: it opens nothing here.',
  'metadata-unavailable': () => 'It lacks the list of accepted authenticators, and keeps trying to get it. Please try again later.',
  'last-credential': () => 'Add another passkey first, or make recovery codes, so that you are not locked out.',
  'recovery-code-invalid': () => 'Compare the name and the code with what you printed. Each code works once.',
  'invitation-missing': () => 'Type the code that the administrator of this server gave you.',
  'invitation-invalid': () => 'Ask the administrator of this server for another one.',
  'not-signed-in': () => 'If this keeps happening, check that your browser stores cookies of this site.',
  'name-taken': () => 'If that account is yours, sign in with your passkey.',
  'origin-mismatch': atAnotherAddress,
  'origin-not-allowed': atAnotherAddress,
  'user-not-verified': () => 'Use a passkey that asks for your fingerprint, your face or a PIN. For a security key, set a PIN '
    + 'first.',
};

/** What the script of the API reports without an answer of the server. */
const OWN_WORDS = {
  cancelled: () => ['You cancelled the request.', 'Nothing was changed.'],
  network: () => ['The server can’t be reached.', 'Check your connection, then try again.'],
  'time-out': (step) => (step
    ? ['Your device didn’t answer in time.', 'Nothing was changed. Try again; if it keeps happening, reload the page.']
    : ['The server didn’t answer in time.', 'Check your connection, then try again.']),
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
  InvalidStateError: (step) => (step === 'create'
    ? [
      'This device or security key already has a passkey for your account.',
      'There is no need for a second one on it. To add a passkey, use another device.',
    ]
    : ['The browser is busy with another request.', 'Close its passkey window, then try again.']),
  NotAllowedError: (step) => ({
    'sign-in': [
      'You weren’t signed in: the request was cancelled, or it timed out.',
      'Try again. If you have no passkey here yet, create an account first.',
    ],
    confirm: [
      'You didn’t confirm that it is you: the request was cancelled, or it timed out.',
      'Nothing was changed. Try again with a passkey of this account.',
    ],
  }[step] ?? [
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

/** A problem in words. The advice of an action that asked the server what was done stays. */
export function failure(error) {
  if (error instanceof Failure) return error;
  const { code = error?.name, step, status = 0, sent, lost, cause } = error ?? {};
  const words = () => {
    if (OWN_WORDS[code]) return OWN_WORDS[code](step);
    if (status) return [code.startsWith('http-') ? 'The server could not answer.' : error.message, serverAdvice(code)];
    if (window.top !== window) return FRAMED;
    const said = ['The browser or the authenticator reported a problem.', `It said: ${(cause ?? error)?.message || error}`];
    return BROWSER_WORDS[code]?.(step) ?? said;
  };
  if (code === 'account-missing') becomeOutdated();
  const [message, advice] = words();
  // Without an answer, the server may have carried out what was sent.
  const silent = sent && (lost || code === 'cancelled');
  const perhaps = silent && 'What you asked for may have been done anyway. Reload the page to see.';
  return new Failure(message, { code, advice: error?.advice ?? (perhaps || advice), cause: error });
}

const serverAdvice = (code) => SERVER_ADVICE[code]?.() ?? (code.startsWith('http-') ? 'Please try again in a moment.' : '');

/** The reason why passkeys can't be used here, or `null`. */
export function obstacle() {
  const why = hindrance();
  if (why === 'framed') return new Failure(FRAMED[0], { advice: FRAMED[1], link: location.href });
  if (why === 'insecure') {
    return new Failure('Passkeys work only over a secure connection.', {
      advice: `This page came over plain http from ${location.host}. Open it with https.`,
    });
  }
  if (why) {
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

/** A wait for the server or the device. It can be cancelled, and reports which side it waits for. */
export class Wait {
  #controller = new AbortController();
  signal = this.#controller.signal;
  /** The account that was on the screen when the wait began. Its requests are only about this account. */
  account = server.account;

  constructor(side = () => {}) {
    /** Called when the wait for a side begins: with `server` or `device`, and with the step at the device. */
    this.side = side;
  }

  cancel() {
    this.#controller.abort(new PasskeyError('cancelled'));
  }

  /** The options of a request, with more of them. */
  options(more = {}) {
    return { signal: this.signal, account: this.account, onWait: this.side, ...more };
  }
}

export const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
