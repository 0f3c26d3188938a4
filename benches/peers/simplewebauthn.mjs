// @simplewebauthn/server behind the protocol of the conformance suites, without what it leaves to its caller.

import { createInterface } from "node:readline";

import { SettingsService, verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";

const FORMATS = ["fido-u2f", "packed", "android-safetynet", "android-key", "tpm", "apple", "none"];
const decode = (text) => new Uint8Array(Buffer.from(text, "base64url"));

async function judge(request) {
  const { relying_party: settings, credential } = request;
  const common = {
    response: JSON.parse(request.response),
    expectedChallenge: request.challenge,
    expectedOrigin: settings.origins,
    expectedRPID: settings.id,
    requireUserVerification: settings.user_verification === "required",
  };
  if (request.ceremony === "registration") {
    const certificates = (settings.trust_anchors ?? []).map(decode);
    for (const identifier of FORMATS) SettingsService.setRootCertificates({ identifier, certificates });
    const { verified } = await verifyRegistrationResponse({
      ...common,
      requireUserPresence: !settings.conditional_create,
      supportedAlgorithmIDs: settings.algorithms,
    });
    return verified;
  }
  const { verified } = await verifyAuthenticationResponse({
    ...common,
    expectedTopOrigin: settings.cross_origin ? (settings.top_origins ?? undefined) : undefined,
    credential: { id: credential.id, publicKey: decode(credential.public_key), counter: credential.sign_count },
  });
  return verified;
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer = { verdict: "reject", message: "not verified" };
  try {
    if (await judge(JSON.parse(line))) answer = { verdict: "accept" };
  } catch (error) {
    answer.message = `${error?.name}: ${error?.message}`;
  }
  console.log(JSON.stringify(answer));
}
