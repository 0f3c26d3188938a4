// Times verifyMDSBlob of @simplewebauthn/server: metadata.mjs BLOB ROOT SECONDS ROUNDS.
//
// Prints a line for each round, the processor's milliseconds, and then the most memory above what was held before, in KiB.

import { readFileSync } from "node:fs";

import { SettingsService } from "@simplewebauthn/server";
import { verifyMDSBlob } from "@simplewebauthn/server/helpers";

const [blobFile, rootFile, seconds, rounds] = process.argv.slice(2);
const blob = readFileSync(blobFile, "latin1").trim();
SettingsService.setRootCertificates({ identifier: "mds", certificates: [readFileSync(rootFile, "latin1")] });

// The library asks the clock, so the clock says when the BLOB was current; and it would ask for revocation lists.
const now = Number(seconds) * 1000;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length ? given : [now]));
  }
  static now() {
    return now;
  }
};
globalThis.fetch = async () => {
  throw new Error("no network here");
};

const before = process.memoryUsage().rss / 1024;
for (let round = 0; round < Number(rounds); round++) {
  const start = process.cpuUsage();
  const { statements } = await verifyMDSBlob(blob);
  const byAaguid = new Map(statements.map((statement) => [statement.aaguid, statement]));
  const used = process.cpuUsage(start);
  if (byAaguid.size === 0) throw new Error("no models");
  console.log((used.user + used.system) / 1e3);
}
console.log("memory", process.resourceUsage().maxRSS - before);
