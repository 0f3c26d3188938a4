import { create, get } from "./webauthn.js";

const $ = (id) => document.getElementById(id);

/** The account that the page shows, or `null`. */
let account = null;

/** Whether an action is going on, and the controller of the ceremony that the browser has: it takes one at a time. */
let busy = false;
let pending = null;

const SENTENCES = {
  // Our own words, then the library's, then the browser's.
  "account-changed": "Another account has signed in here meanwhile. Nothing was changed.",
  "last-passkey": "This is your only passkey. Add another one before you remove it.",
  "name-invalid": "A name has 1 to 64 characters, and none that is invisible.",
  "name-taken": "This name is taken. If it is yours, sign in.",
  "no-answer": "The server did not answer. What you asked for may have been done: sign in, or reload the page, to see.",
  "not-found": "This passkey has been removed already.",
  "not-signed-in": "Your session has ended. Sign in again.",
  "too-many-passkeys": "You have as many passkeys as an account may have. Remove one first.",
  "challenge-expired": "That took too long, or was sent already. Please start again.",
  "credential-unknown": "This passkey opens no account here. It may have been removed: use another one.",
  "user-not-verified": "Use a passkey that asks for your fingerprint, your face or a PIN.",
  AbortError: "You cancelled it. Nothing was changed.",
  InvalidStateError: "This device or security key has a passkey of your account already. Use another one.",
  NotAllowedError: "It was cancelled, or took too long. Nothing was changed.",
  NotSupportedError: "This device or security key makes no kind of key that the server accepts.",
  SecurityError: "This page is not at the address that its passkeys belong to.",
};

const sentence = ({ name, message }) => SENTENCES[name] ?? `That failed (${name} ${message}). Please try again.`;

/** An error with the name of a sentence. */
const failure = (name) => Object.assign(new Error(), { name });

/** Passes a signal on to password managers, if the browser can. Nothing depends on whether they follow it. */
async function signal(method, details) {
  try {
    if (details) await PublicKeyCredential[method](details);
  } catch {}
}

/** Sends a request, and returns the answer. A rejected one throws an error that is named by the server's code. */
async function send(path, body = {}, abort) {
  const headers = { "content-type": "application/json", account: account?.handle ?? "" };
  let answer;
  let value;
  try {
    answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal: abort });
    value = await answer.json();
  } catch (error) {
    throw error.name === "AbortError" ? error : failure("no-answer");
  }
  if (answer.ok) return value;
  signal("signalUnknownCredential", value.unknownCredential);
  throw failure(value.error);
}

function say(text, isBad = false) {
  $("message").textContent = text;
  $("message").className = isBad ? "bad" : "";
}

function show() {
  $("signed-in").hidden = !account;
  $("signed-out").hidden = Boolean(account);
  if (!account) return;
  const focused = document.activeElement.id;
  const date = (seconds) => new Date(seconds * 1000).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  $("who").textContent = account.name;
  $("only").hidden = account.passkeys.length > 1;
  $("passkeys").replaceChildren(...account.passkeys.map((passkey) => {
    const item = $("passkey").content.cloneNode(true);
    const [label, remove] = item.querySelectorAll("input, button");
    Object.assign(label, { id: passkey.id, value: passkey.label });
    label.onchange = () => run(() => rename(passkey, label.value));
    remove.ariaLabel = `Remove ${passkey.label}`;
    remove.onclick = () => run((abort) => removePasskey(passkey, abort));
    item.querySelector("small").textContent = [
      passkey.backedUp ? "Synced" : "On one device only",
      `created ${date(passkey.createdAt)}`,
      passkey.usedAt ? `last used ${date(passkey.usedAt)}` : "not used yet",
    ].join(" · ");
    return item;
  }));
  $(focused)?.focus();
}

/** Asks the server what is so, and shows that. Returns a sentence if there is no answer. */
async function refresh() {
  try {
    const response = await fetch("/account");
    const answer = await response.json();
    if (!response.ok) throw failure(answer.error);
    // What is being typed stays if nothing has changed.
    const isNew = JSON.stringify(answer) !== JSON.stringify(account);
    account = answer;
    if (account && !busy) pending?.abort();
    if (isNew || !account) show();
  } catch {
    return SENTENCES["no-answer"];
  }
}

/** Runs an action: shows how it went, and what is so afterwards. */
async function run(work) {
  if (busy) return;
  busy = true;
  pending?.abort();
  // Some password managers never end what was aborted.
  await Promise.race([suggested, new Promise((resolve) => setTimeout(resolve, 1000))]);
  pending = new AbortController();
  say("");
  try {
    const done = await work(pending.signal);
    say((await refresh()) ?? done);
    if (account) {
      signal("signalAllAcceptedCredentials", account.allAcceptedCredentials);
      signal("signalCurrentUserDetails", account.currentUserDetails);
    }
  } catch (error) {
    await refresh();
    say(sentence(error), true);
  }
  busy = false;
  pending = null;
  suggested = suggest();
}

/** Makes or uses a passkey. Meanwhile the user can cancel, even if a password manager ignores the signal. */
async function ask(step, publicKey, abort) {
  $("waiting").hidden = false;
  const cancelled = new Promise((_, reject) => {
    abort.onabort = () => reject(abort.reason);
  });
  try {
    return await Promise.race([cancelled, step(publicKey, abort)]);
  } finally {
    $("waiting").hidden = true;
  }
}

/** Asks a question. The answer is a click, which some browsers want before each ceremony. */
function agreed(question, yes) {
  $("question").textContent = question;
  $("yes").textContent = yes;
  $("dialog").returnValue = "";
  $("dialog").showModal();
  return new Promise((resolve, reject) => {
    $("dialog").onclose = () =>
      $("dialog").returnValue ? resolve() : reject(failure("AbortError"));
  });
}

async function signUp(abort) {
  const { ceremony, publicKey } = await send("/sign-up/start", { name: $("name").value }, abort);
  const response = await ask(create, publicKey, abort);
  await send("/sign-up/finish", { ceremony, response });
  $("sign-up").reset();
  return "Your account is ready.";
}

async function signIn(abort) {
  const { ceremony, publicKey } = await send("/sign-in/start", {}, abort);
  const response = await ask(get, publicKey, abort);
  await send("/sign-in/finish", { ceremony, response });
  return "You are signed in.";
}

/** Has an act confirmed with a passkey of the account: returns the body of the request that does it. */
async function confirmed(act, abort) {
  const { ceremony, publicKey } = await send("/passkeys/confirm", { act }, abort);
  return { ceremony, response: await ask(get, publicKey, abort) };
}

async function addPasskey(abort) {
  await agreed("First confirm that it is you, with a passkey that you have.", "Confirm");
  const { ceremony, publicKey } = await send("/passkeys/add/start", await confirmed("add-passkey", abort), abort);
  await agreed("Now make the new passkey: on this device, or on another one.", "Make a passkey");
  const response = await ask(create, publicKey, abort);
  await send("/passkeys/add/finish", { ceremony, response });
  return "The passkey is added.";
}

async function removePasskey({ id, label }, abort) {
  await agreed(`Remove “${label}”? It won’t open this account any more, and other devices are signed out. You confirm it with a passkey.`, "Remove");
  await send("/passkeys/remove", await confirmed({ "remove-passkey": id }, abort));
  return "The passkey is removed. Delete it on its device too, if it still shows there.";
}

async function rename({ id }, label) {
  await send("/passkeys/rename", { id, label });
  return "The passkey is renamed.";
}

/** Offers passkeys among the suggestions of the name field, if the browser can, for as long as the challenge is good. */
async function suggest() {
  const can = await globalThis.PublicKeyCredential?.isConditionalMediationAvailable?.();
  if (!can || account || pending) return;
  const mine = new AbortController();
  pending = mine;
  try {
    const { ceremony, publicKey } = await send("/sign-in/start", {}, mine.signal);
    setTimeout(() => mine.abort("renew"), 0.8 * publicKey.timeout);
    const response = await get(publicKey, mine.signal, "conditional");
    pending = null;
    run(() => send("/sign-in/finish", { ceremony, response }).then(() => "You are signed in."));
  } catch {
    if (pending === mine) pending = null;
    if (mine.signal.reason === "renew") suggested = suggest();
  }
}

let suggested = Promise.resolve();

$("sign-up").onsubmit = (event) => {
  event.preventDefault();
  run(signUp);
};
$("sign-in").onclick = () => run(signIn);
$("sign-out").onclick = () => run(() => send("/sign-out").then(() => "You are signed out."));
$("add").onclick = () => run(addPasskey);
$("cancel").onclick = () => pending?.abort();

if (!isSecureContext || !globalThis.PublicKeyCredential) {
  document.body.className = "without-passkeys";
  say(isSecureContext
    ? "This browser can’t use passkeys. Update it, or use a current Chrome, Edge, Firefox or Safari."
    : "Passkeys work only over https, or at localhost.", true);
}
const problem = await refresh();
if (problem) say(problem, true);
suggested = suggest();
// Another tab may have signed in or out, or changed the passkeys.
document.onvisibilitychange = () => {
  if (!document.hidden && !busy) refresh().then(() => { suggested = suggest(); });
};
