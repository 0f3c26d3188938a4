// Times @simplewebauthn/server: measure_simplewebauthn.mjs FIXTURES TURNS. Prints figures as JSON lines.
//
// Node has no clock of a thread's own time, so the times are the process's, and the threads of the collector and the compiler are
// in them.

import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

import { SettingsService, verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";

// About how long a turn of one side is, in microseconds.
const TURN = 20_000;

const FORMATS = ["fido-u2f", "packed", "android-safetynet", "android-key", "tpm", "apple", "none"];
const [file, count] = process.argv.slice(2);
const fixtures = JSON.parse(readFileSync(file, "utf8"));
const manifest = new URL("node_modules/@simplewebauthn/server/package.json", import.meta.url);
const subject = `@simplewebauthn/server ${JSON.parse(readFileSync(manifest, "utf8")).version}`;
const control = `node:crypto ${process.version}, OpenSSL ${process.versions.openssl}`;

function prepare(ceremony, given) {
  const response = given.response;
  const common = {
    expectedChallenge: fixtures.challenge,
    expectedOrigin: fixtures.origin,
    expectedRPID: fixtures.rp_id,
    requireUserVerification: false,
  };
  if (ceremony === "registration") {
    const certificates = given.anchor ? [given.anchor] : [];
    for (const identifier of FORMATS) SettingsService.setRootCertificates({ identifier, certificates });
    return async () => (await verifyRegistrationResponse({ ...common, response: JSON.parse(response) })).verified;
  }
  const publicKey = new Uint8Array(Buffer.from(given.cose, "hex"));
  const credential = { id: fixtures.credential_id, publicKey, counter: 0 };
  return async () =>
    (await verifyAuthenticationResponse({ ...common, response: JSON.parse(response), credential })).verified;
}

function raw(given) {
  const key = createPublicKey({ key: Buffer.from(given.spki, "hex"), format: "der", type: "spki" });
  const [message, signature] = [given.message, given.signature].map((text) => Buffer.from(text, "hex"));
  const hash = given.algorithm === "EdDSA" ? null : "sha256";
  return async () => verify(hash, message, key, signature);
}

async function timed(work, calls) {
  const start = process.cpuUsage();
  for (let call = 0; call < calls; call++) await work();
  const used = process.cpuUsage(start);
  return (used.user + used.system) / calls;
}

async function turns(call, control) {
  const sides = [];
  for (const work of [call, control]) {
    // The compiler optimises what has run often.
    await timed(work, 200);
    sides.push({ work, calls: Math.max(1, Math.round(TURN / (await timed(work, 50)))), times: [] });
  }
  for (let turn = 0; turn < Number(count); turn++) {
    // Which goes first alternates.
    for (const side of turn % 2 ? sides : sides.toReversed()) side.times.push(await timed(side.work, side.calls));
  }
  return sides.map((side) => side.times);
}

for (const ceremony of ["authentication", "registration"]) {
  for (const given of fixtures[`${ceremony}s`]) {
    const line = { operation: `${ceremony} ${given.operation}`, subject };
    try {
      const call = prepare(ceremony, given);
      if (!(await call())) throw new Error("not verified");
      const [times, controls] = await turns(call, raw(given));
      console.log(JSON.stringify({ part: "library", control, ...line, times, controls }));
    } catch (error) {
      console.log(JSON.stringify({ ...line, missing: `${error?.name}: ${error?.message}`.slice(0, 120) }));
    }
  }
}
