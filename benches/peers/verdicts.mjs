// Answers a JSON line for each JSON line: what @simplewebauthn/server makes of a response.

import { createInterface } from "node:readline";

import { SettingsService, verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";

const FORMATS = ["fido-u2f", "packed", "android-safetynet", "android-key", "tpm", "apple", "none"];
const decode = (text) => new Uint8Array(Buffer.from(text, "base64url"));

async function judge(asked) {
  const common = {
    response: JSON.parse(asked.response),
    expectedChallenge: asked.challenge,
    expectedOrigin: asked.origins,
    expectedRPID: asked.rp_id,
    requireUserVerification: asked.user_verification === "required",
  };
  if (asked.ceremony === "registration") {
    const certificates = (asked.anchors ?? []).map(decode);
    for (const identifier of FORMATS) SettingsService.setRootCertificates({ identifier, certificates });
    const { verified } = await verifyRegistrationResponse({
      ...common,
      requireUserPresence: !asked.conditional,
      supportedAlgorithmIDs: asked.algorithms,
    });
    return verified;
  }
  const { record } = asked;
  const { verified } = await verifyAuthenticationResponse({
    ...common,
    expectedTopOrigin: asked.cross_origin ? (asked.top_origins ?? undefined) : undefined,
    credential: { id: record.id, publicKey: decode(record.public_key), counter: record.sign_count },
  });
  return verified;
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  const answer = { id: asked.id, accepted: false, reason: "not verified" };
  try {
    answer.accepted = await judge(asked);
    if (answer.accepted) answer.reason = "";
  } catch (error) {
    answer.reason = `${error?.name}: ${error?.message}`;
    if (error?.cause) answer.cause = `${error.cause?.name}: ${error.cause?.message}`;
  }
  console.log(JSON.stringify(answer));
}
