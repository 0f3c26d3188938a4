const { startRegistration, startAuthentication, sendSignal } = SimpleWebAuthnBrowser;

async function send(method, path, body, account = "") {
  const headers = { "content-type": "application/json", "countersign-account": account };
  const answer = await fetch(`/passkeys/${path}`, { method, headers, body: body && JSON.stringify(body) });
  const value = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(value.error.code);
  return value;
}

async function register(name) {
  const { ceremony, options } = await send("POST", "accounts/start", { name });
  const response = await startRegistration({ optionsJSON: options });
  return (await send("POST", "accounts/finish", { ceremony, response })).account;
}

async function signIn(useBrowserAutofill) {
  const { ceremony, options } = await send("POST", "sessions/start", {});
  const response = await startAuthentication({ optionsJSON: options, useBrowserAutofill });
  return (await send("POST", "sessions/finish", { ceremony, response })).account;
}

async function confirm(account, act) {
  const { ceremony, options } = await send("POST", "step-up/start", { act }, account);
  const response = await startAuthentication({ optionsJSON: options });
  await send("POST", "step-up/finish", { ceremony, response }, account);
}

async function create(account) {
  const { ceremony, options } = await send("POST", "credentials/start", {}, account);
  const response = await startRegistration({ optionsJSON: options });
  return (await send("POST", "credentials/finish", { ceremony, response }, account)).credential;
}

async function remove(account, id) {
  await confirm(account, { kind: "remove-credential", credential: id });
  const { signals } = await send("DELETE", `credentials/${id}`, undefined, account);
  const { rpId, userId, allAcceptedCredentialIds } = signals.allAcceptedCredentials;
  const list = { rpID: rpId, userID: userId, allAcceptedCredentialIDs: allAcceptedCredentialIds };
  const hasSignals = "signalAllAcceptedCredentials" in PublicKeyCredential;
  if (hasSignals) await sendSignal({ signalName: "allAcceptedCredentials", ...list });
}
