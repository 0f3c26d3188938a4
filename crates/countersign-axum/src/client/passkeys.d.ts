// Types of passkeys.js, the script of `countersign-axum`.

/** Why a function of this module failed. `message` is a sentence for the user. */
export class PasskeyError extends Error {
  constructor(code: string, details?: ErrorDetails);
  /**
   * The server's code (`name-taken`, `challenge-expired`), the name of the browser's error (`NotAllowedError`), or one of
   * this module: `cancelled`, `network`, `time-out`, `http-502`.
   */
  code: string;
  /** The status of the answer, and 0 without one. */
  status: number;
  /** The signals of the answer. They have been passed on already. */
  signals: Signals | undefined;
  /** Whether the answer was lost: no answer came, or it was a proxy's. */
  lost: boolean;
  /** Whether a request that changes something was sent. */
  sent: boolean;
  /** Whether the user had confirmed the act when its request failed. */
  confirmed: boolean;
  /** The step in the browser that failed, if one did. */
  step: Step | undefined;
  /** The passkey of a failed registration. */
  credentialId: string | undefined;
  /** The account of a failed registration or sign-in. */
  userHandle: string | undefined;
  /** Whether the server may have done what was requested. Ask it, for instance by `session()` or `credentials()`. */
  get uncertain(): boolean;
}

export interface ErrorDetails {
  message?: string | undefined;
  status?: number | undefined;
  signals?: Signals | undefined;
  lost?: boolean | undefined;
  step?: Step | undefined;
  cause?: unknown;
}

/** Why passkeys can't be used on this page, or `null`. */
export function obstacle(): 'framed' | 'insecure' | 'unsupported' | null;

/**
 * Passkeys over the routes of `countersign-axum`, mounted at `base`. Every function that returns a promise throws only a
 * `PasskeyError`. A page needs one object, since the browser has one request at a time: a ceremony ends the request behind the
 * suggestions of a name field.
 */
export class Passkeys {
  constructor(base?: string, options?: PasskeysOptions);

  /**
   * The user handle of the account that the page shows, or `null`. The functions set it. The server changes nothing if another
   * account is signed in by then, and answers `account-changed`.
   */
  account: string | null;

  /** Asks who is signed in. Call it first: the answer sets the cookie that every ceremony requires. */
  session(options?: Options): Promise<SessionInfo>;

  /** Creates an account with a passkey, and signs in. The server may require the code of an invitation. */
  register(name: string, options?: Options & { invitation?: string }): Promise<Account>;

  /** Creates a passkey for the account of this name with one of its recovery codes, and signs in. All other sessions end. */
  recover(name: string, code: string, options?: Options): Promise<Account>;

  /** Asks how many recovery codes the account has. */
  recoveryStatus(options?: Options): Promise<RecoveryStatus>;

  /**
   * Makes new recovery codes, which replace the old ones. This is the one time that they can be shown. The user confirms it
   * with a passkey.
   */
  makeRecoveryCodes(options?: Options): Promise<string[]>;

  /** Signs in with a passkey that the user chooses. With a `name`, only that account's passkeys are offered. */
  signIn(options?: Options & { name?: string }): Promise<Account>;

  /**
   * Offers passkeys among the suggestions of a field with `autocomplete="username webauthn"`, and signs in with the one that
   * the user chooses. It gives way to other ceremonies and goes on after them. Returns `null` when the user has signed in
   * otherwise, when the signal is aborted, and in browsers without suggestions.
   */
  autofill<T = Account>(options?: AutofillOptions<T>): Promise<T | null>;

  /** Adds a passkey to the account. The user confirms it with one that the account has. */
  add(options?: Options): Promise<Credential>;

  /**
   * Creates a passkey without a question, if the browser's password manager agrees: call it after a sign-in by other means.
   * Returns `null` if there is none.
   */
  upgrade(options?: Options): Promise<Credential | null>;

  /** Asks the user to confirm an act with a passkey. */
  confirm(act: Act, options?: Options): Promise<void>;

  /** Lists the account's passkeys, and passes the list on to password managers. */
  credentials(options?: Options): Promise<CredentialList>;

  /** Renames a passkey. */
  rename(id: string, label: string, options?: Options): Promise<Credential>;

  /** Removes a passkey and ends its sessions. The user confirms it with a passkey. */
  remove(id: string, options?: Options): Promise<{ signedOut: boolean }>;

  /** Lists the account's sessions, the latest used first. */
  sessions(options?: Options): Promise<Session[]>;

  /** Ends a session of the account. */
  endSession(id: string, options?: Options): Promise<void>;

  /** Ends all sessions of the account but this one, and returns their number. */
  endOtherSessions(options?: Options): Promise<number>;

  /** Ends this session. */
  signOut(options?: Options): Promise<void>;

  /** Changes the name of the account, and passes it on to password managers. The user confirms it with a passkey. */
  renameAccount(name: string, options?: Options): Promise<Account>;

  /** Deletes the account. The user confirms it with a passkey. */
  deleteAccount(options?: Options): Promise<void>;

  /** Passes the account's passkeys and names on to password managers. Never fails. */
  signals(options?: Options): Promise<void>;

  /** Sends a request to a route below `base`, and returns the JSON of the answer. */
  request(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown, options?: Options): Promise<any>;
}

export interface PasskeysOptions {
  /** Sends requests in place of `window.fetch`. */
  fetch?: (address: string, init: RequestInit) => Promise<Response>;
}

/** A step in the browser, which the user sees. */
export type Step = 'create' | 'sign-in' | 'confirm';

export interface Options {
  /** Cancels what is going on, even if the browser or a password manager ignores that. */
  signal?: AbortSignal | undefined;
  /** The user handle of the account that the page shows, in place of `Passkeys.account`. */
  account?: string | null | undefined;
  /** Called when the wait for the server or for the user's device begins. */
  onWait?: ((side: 'server' | 'device', step?: Step) => void) | undefined;
  /**
   * Awaited before a step that the user may not expect: the confirmation of an act, the creation of a passkey after that, and
   * the confirmation again if it was used in another window. Some browsers require a click for each. Throw to cancel.
   */
  ask?: ((step: 'confirm' | 'create' | 'confirm-again') => Promise<void> | void) | undefined;
}

export interface AutofillOptions<T = Account> extends Options {
  /** Called when the user has chosen a passkey, with the function that signs in with it. Its result is returned. */
  chosen?: ((finish: (options?: Options) => Promise<Account>) => Promise<T>) | undefined;
}

export interface Account {
  name: string;
  userHandle: string;
}

export interface SessionInfo {
  account: Account | null;
  rpId: string;
  /** Who may create an account. */
  signUp: 'open' | 'invited' | 'closed';
  /** The accepted origins, the main one first. */
  origins: string[];
}

/** An act that requires a confirmation. */
export type Act =
  | { kind: 'add-credential' }
  | { kind: 'remove-credential'; credential: string }
  | { kind: 'delete-account' }
  | { kind: 'rename-account'; name: string }
  | { kind: 'make-recovery-codes' }
  /** Verifies the user, for a handler that requires a recent verification. */
  | { kind: 'verify' };

export interface CredentialList {
  /** The user handle of the account. */
  account: string;
  /** The oldest first. */
  credentials: Credential[];
  signals: Signals;
  /** The authenticator metadata in use, if the server has any. */
  metadata?: unknown;
}

export interface Credential {
  id: string;
  label: string;
  aaguid: string;
  /** The name of the authenticator, by its own claim. */
  authenticator: string | null;
  /** The path of the authenticator model's icon. */
  icon: string | null;
  /** Why the current metadata would reject it. */
  trouble: string | null;
  format: string;
  attestationType: string;
  algorithm: string;
  transports: string[];
  backupEligible: boolean | null;
  backupState: boolean;
  userVerified: boolean;
  signCount: number;
  /** RFC 3339. */
  createdAt: string;
  lastUsedAt: string | null;
  /** Whether the session was created with it. */
  current: boolean;
}

export interface Session {
  id: string;
  /** The label of the passkey that it was created with. */
  label: string;
  /** The browser and the system that it was created with, such as "Firefox on Linux". */
  device: string | null;
  createdAt: string;
  seenAt: string;
  /** Whether it is the session of the request. */
  current: boolean;
}

/** The recovery codes of an account, without the codes. */
export interface RecoveryStatus {
  /** How many there are when they are new. */
  total: number;
  unused: number;
  createdAt: string | null;
  /** When a code was last used, one of earlier codes included. */
  usedAt: string | null;
}

/** What may be passed on to password managers: the arguments of the methods `signal…` of `PublicKeyCredential`. */
export interface Signals {
  allAcceptedCredentials?: { rpId: string; userId: string; allAcceptedCredentialIds: string[] } | null;
  currentUserDetails?: { rpId: string; userId: string; name: string; displayName: string } | null;
  unknownCredential?: { rpId: string; credentialId: string } | null;
}
