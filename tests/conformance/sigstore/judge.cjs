// Asks @sigstore/verify about a bundle: judge.cjs BUNDLE KEYID SPKI.der [CHAIN.pem]
//
// CHAIN.pem has the time-stamping authority's signing certificate first, its root last;
// with it one time stamp is demanded. Prints what the package says; exits 0 or 1.
"use strict";
const { readFileSync } = require("node:fs");
const { bundleFromJSON } = require("@sigstore/bundle");
const { X509Certificate, crypto } = require("@sigstore/core");
const { Verifier, toSignedEntity } = require("@sigstore/verify");

const [bundle, hint, spki, chain] = process.argv.slice(2);
const always = { start: new Date(0), end: new Date(8640000000000000) };
const certificates = chain
  ? readFileSync(chain, "utf8").match(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g)
  : [];
const trusted = {
  certificateAuthorities: [],
  timestampAuthorities: chain
    ? [{ certChain: certificates.map((each) => X509Certificate.parse(each)), validFor: always }]
    : [],
  tlogs: [],
  ctlogs: [],
  publicKey: (asked) => {
    if (asked !== hint) throw new Error(`another key: ${asked}`);
    return { publicKey: crypto.createPublicKey(readFileSync(spki)), validFor: () => true };
  },
};
try {
  const entity = toSignedEntity(bundleFromJSON(JSON.parse(readFileSync(bundle, "utf8"))));
  const limits = { tlogThreshold: 0, ctlogThreshold: 0, tsaThreshold: chain ? 1 : 0 };
  new Verifier(trusted, limits).verify(entity);
  console.log("accepted");
} catch (error) {
  console.log(`refused: ${error.message}`);
  process.exitCode = 1;
}
