// ---- Problems ------------------------------------------------------------------------------------------------

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
  name = 'PasskeyError';
  code; status; signals; lost; step; credentialId; userHandle;
  sent = false;
  confirmed = false;

  /** @param {string} code @param {ErrorDetails} [details] */
  constructor(code, { message, status = 0, signals, lost = false, step, cause } = {}) {
    super(message ?? MESSAGES[code] ?? `That failed (${code}). Please try again.`, { cause });
    Object.assign(this, { code, status, signals, lost, step });
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
