const { startRegistration, startAuthentication, sendSignal } = SimpleWebAuthnBrowser;

async function post(path, body = {}, account = "") {
  const headers = { "content-type": "application/json", account };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error);
  return value;
}

async function signUp(name) {
  const { ceremony, publicKey } = await post("/sign-up/start", { name });
  const response = await startRegistration({ optionsJSON: publicKey });
  await post("/sign-up/finish", { ceremony, response });
}

async function signIn(useBrowserAutofill) {
  const { ceremony, publicKey } = await post("/sign-in/start");
  const response = await startAuthentication({ optionsJSON: publicKey, useBrowserAutofill });
  await post("/sign-in/finish", { ceremony, response });
}

async function confirmed(act, account) {
  const { ceremony, publicKey } = await post("/passkeys/confirm", { act }, account);
  return { ceremony, response: await startAuthentication({ optionsJSON: publicKey }) };
}

async function addPasskey(account) {
  const confirmation = await confirmed("add-passkey", account);
  const { ceremony, publicKey } = await post("/passkeys/add/start", confirmation, account);
  const response = await startRegistration({ optionsJSON: publicKey });
  await post("/passkeys/add/finish", { ceremony, response }, account);
}

async function removePasskey(id, account) {
  await post("/passkeys/remove", await confirmed({ "remove-passkey": id }, account), account);
  const { allAcceptedCredentials: left } = await (await fetch("/account")).json();
  const signal = { rpID: left.rpId, userID: left.userId, allAcceptedCredentialIDs: left.allAcceptedCredentialIds };
  await sendSignal({ signalName: "allAcceptedCredentials", ...signal });
}
