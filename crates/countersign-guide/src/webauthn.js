// The two calls of WebAuthn, with JSON on both sides. Newer browsers read and write it by themselves. If they don't, or if a
// password manager's script answers with an object of its own on which `toJSON` throws, it is done by hand. Each getter may
// throw too, or be missing: what the server can do without is left out then.

/** Makes a passkey: returns the JSON for the server. */
export async function create(options, signal) {
  const publicKey = attempt(() => PublicKeyCredential.parseCreationOptionsFromJSON(options)) ?? withBytes(options);
  return withoutBytes(await navigator.credentials.create({ publicKey, signal }));
}

/** Uses a passkey: returns the JSON for the server. `mediation` is `conditional` for the suggestions of a name field. */
export async function get(options, signal, mediation) {
  const publicKey = attempt(() => PublicKeyCredential.parseRequestOptionsFromJSON(options)) ?? withBytes(options);
  return withoutBytes(await navigator.credentials.get({ publicKey, signal, mediation }));
}

const attempt = (work) => {
  try {
    return work() ?? undefined;
  } catch {
    return undefined;
  }
};

const fromBase64url = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));

const toBase64url = (buffer) => {
  const bytes = ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

// `JSON.stringify` makes `{}` of an ArrayBuffer, such as a result of the extension `prf`.
const isBuffer = (value) => ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === "[object ArrayBuffer]";

const plain = (value) => {
  if (isBuffer(value)) return toBase64url(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
};

const withBytes = (options) => {
  const descriptors = (list) => list?.map((it) => ({ ...it, id: fromBase64url(it.id) }));
  return {
    ...options,
    challenge: fromBase64url(options.challenge),
    user: options.user && { ...options.user, id: fromBase64url(options.user.id) },
    excludeCredentials: descriptors(options.excludeCredentials),
    allowCredentials: descriptors(options.allowCredentials),
  };
};

const withoutBytes = (credential) => {
  // What `toJSON` returns is used only if it has what the server needs: an object of someone else's may make `{}`.
  const whole = attempt(() => {
    const made = plain(credential.toJSON());
    return [made.id, made.response.clientDataJSON].every((text) => typeof text === "string") ? made : undefined;
  });
  if (whole) return whole;
  const { id, response } = credential;
  const member = (name) => attempt(() => (response[name] ? toBase64url(response[name]) : undefined));
  return {
    id,
    rawId: id,
    type: "public-key",
    authenticatorAttachment: attempt(() => credential.authenticatorAttachment),
    clientExtensionResults: attempt(() => plain(credential.getClientExtensionResults())) ?? {},
    response: {
      clientDataJSON: member("clientDataJSON"),
      attestationObject: member("attestationObject"),
      transports: attempt(() => [...response.getTransports()]),
      authenticatorData: member("authenticatorData"),
      signature: member("signature"),
      userHandle: member("userHandle"),
    },
  };
};
