// Signatures: DSSE v1, c2sp.org/signed-note, c2sp.org/tlog-checkpoint, tlog-cosignature.
const PAYLOAD_TYPE = "application/vnd.in-toto+json";
const NOTE = 1, COSIGNATURE = 4;

const pae = (type, payload) => {
  const kind = utf8.encode(type);
  return cat(utf8.encode(`DSSEv1 ${kind.length} `), kind, utf8.encode(` ${payload.length} `), payload);
};
// A verifier key: name+hash+base64(type ‖ key).
const vkey = async (line) => {
  const found = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(line);
  if (!found) throw new Refused("key", line.slice(0, 80));
  let raw;
  try { raw = b64(found[3]); } catch { throw new Refused("key", line); }
  if (![NOTE, COSIGNATURE].includes(raw[0]) || raw.length !== 33) throw new Refused("key", line);
  const id = (await sha256(cat(utf8.encode(`${found[1]}\n`), raw))).slice(0, 4);
  if (hex(id) !== found[2]) throw new Refused("key", line);
  const key = await crypto.subtle.importKey("raw", raw.slice(1), "Ed25519", false, ["verify"]);
  const spki = cat(b64("MCowBQYDK2VwAyEA"), raw.slice(1));
  return { name: found[1], id, key, type: raw[0], keyid: hex(await sha256(spki)), line };
};
const holds = (key, signature, message) =>
  signature.length === 64 && crypto.subtle.verify("Ed25519", key.key, signature, message);
// Whether `key` signed an envelope; false where it has no signature of that key.
const signedBy = async (envelope, key) => {
  const claim = envelope.signatures.find((s) => s.keyid === key.keyid);
  return !!claim && holds(key, b64(claim.sig), pae(envelope.payloadType, b64(envelope.payload)));
};
const bodyOf = (note) => note.slice(0, note.indexOf("\n\n") + 1);
const checkpoint = async (note, key) => {
  const body = bodyOf(note);
  const lines = body.split("\n");
  const wellFormed = body && lines.length === 4 && /^(0|[1-9][0-9]{0,15})$/.test(lines[1]);
  if (!wellFormed) throw new Refused("head");
  for (const line of note.slice(body.length + 1).split("\n")) {
    const found = /^\u2014 (\S+) (\S+)$/.exec(line);
    if (!found || found[1] !== key.name) continue;
    const raw = b64(found[2]);
    if (same(raw.slice(0, 4), key.id) && await holds(key, raw.slice(4), utf8.encode(body)))
      return { origin: lines[0], size: Number(lines[1]), root: hex(b64(lines[2])), note };
  }
  throw new Refused("head", lines[0]);
};
const cosigned = (note, key, time, signature) =>
  holds(key, signature, utf8.encode(`cosignature/v1\ntime ${time}\n${bodyOf(note)}`));
