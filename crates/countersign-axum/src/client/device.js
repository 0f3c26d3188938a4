// ---- The browser, and its password managers ------------------------------------------------------------------

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

/** A controller that is aborted with a signal. */
function linked(signal) {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { signal: controller.signal });
  return controller;
}

/** Runs a step until the signal is aborted or the time is over, even if its promise never settles. */
async function within(milliseconds, signal, step, begin) {
  const controller = linked(signal);
  let isLate = false;
  const timer = setTimeout(() => { isLate = true; controller.abort(); }, milliseconds);
  try {
    controller.signal.throwIfAborted();
    return await Promise.race([aborted(controller.signal), begin(controller.signal)]);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    if (isLate) throw new PasskeyError('time-out', { step, lost: !step });
    throw new PasskeyError('cancelled', { step, cause: signal.reason });
  } finally {
    clearTimeout(timer);
    controller.abort();
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
  const names = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];
  const read = (name) => attempt(() => response[name] && toBase64url(response[name]));
  const members = Object.fromEntries(names.map((name) => [name, read(name)]));
  const transports = attempt(() => [...response.getTransports()]) ?? (members.attestationObject && []);
  const clientExtensionResults = attempt(() => plain(credential.getClientExtensionResults())) ?? {};
  const authenticatorAttachment = attempt(() => credential.authenticatorAttachment);
  return {
    id, rawId: id, type: 'public-key', authenticatorAttachment, clientExtensionResults, response: { ...members, transports },
  };
}
