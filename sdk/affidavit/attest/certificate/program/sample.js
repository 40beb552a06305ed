// The sample: which records had to be shown follows from what nobody chose alone.
const seedOf = async (head, digest, anchor) => sha256(cat(
  utf8.encode("affidavit/1 sample\0"), unhex(head.root), unhex(digest),
  anchor ? await sha256(b64url(anchor.signature)) : new Uint8Array(32),
));
// Indices in the order in which they are drawn from [first, end).
async function* drawn(seed, first, end) {
  const swapped = new Map(), width = end - first;
  let c = 0n;
  for (let i = 0; i < width; i++) {
    const n = BigInt(width - i), limit = (1n << 64n) / n * n;
    let x;
    do x = bigEndian((await sha256(cat(seed, eightBytes(c++)))).slice(0, 8)); while (x >= limit);
    const j = i + Number(x % n), mine = swapped.get(i) ?? i, taken = swapped.get(j) ?? j;
    swapped.set(i, taken);
    swapped.set(j, mine);
    yield first + taken;
  }
}
// The rate above which so few violations would be found in 1 of 100 draws, as a percent.
const bound = (n, v) => {
  if (v >= n) return "100.00";
  const few = (p) => {
    let term = n * Math.log1p(-p), total = Math.exp(term);
    for (let i = 1; i <= v; i++) {
      term += Math.log(n - i + 1) - Math.log(i) + Math.log(p) - Math.log1p(-p);
      total += Math.exp(term);
    }
    return total;
  };
  let low = 0, high = 1;
  for (let i = 0; i < 100; i++) {
    const p = (low + high) / 2;
    if (few(p) > 0.01) low = p; else high = p;
  }
  return (Math.ceil(high * 10000 - 1e-9) / 100).toFixed(2);
};
// What a drawn decision of the period says that the statement does not.
const odd = (entry, predicate, known) => {
  if (!predicate.policies.some((each) => each.digest.sha256 === entry.policy)) return "policy";
  if (predicate.days && !predicate.days.some((d) => d.day === entry.at.slice(0, 10) && d.effect === entry.effect)) return "days";
  const values = FIELDS.map((field) => openedBy(entry.labels, field, known));
  if (values.includes(undefined)) return some(predicate.use.unopened) ? null : "openings";
  const fits = (row) => row.effect === entry.effect && FIELDS.every((field, i) => row[field] === values[i]);
  return predicate.use.rows.some(fits) ? null : "use.rows";
};
const bodyDiffers = async (record, entry, known) => {
  if (!record.body) return false;
  const salted = b64url(record.body);
  if (toB64url(await sha256(salted)) !== entry.body) return true;
  if (entry.kind !== "decision") return false;
  const body = parsed(salted.slice(16), "body");
  return FIELDS.some((field) => {
    const value = openedBy(entry.labels, field, known);
    return value !== undefined && (body[field] ?? null) !== value;
  });
};
const anchorHolds = async (anchor, head, witnesses, signature) => {
  if (anchor.kind === "timestamp") {
    // Its authority is not checked here; that it is about these bytes is.
    const over = anchor.over === "checkpoint" ? utf8.encode(head.note) : signature;
    const response = hex(b64(anchor.response));
    const about = response.includes(hex(await sha256(over))) && response.includes(hex(b64url(anchor.signature)));
    return about ? undefined : false;
  }
  const key = witnesses.find((each) => hex(each.id) === anchor.id && each.name === anchor.witness);
  return key ? cosigned(head.note, key, anchor.time, b64url(anchor.signature)) : undefined;
};
// Every record that had to be shown is there, is of the tree, and is as the statement says.
const sampled = async (file, predicate, head, digest, known, witnesses, signature) => {
  const { wanted, most } = predicate.sample, first = Number(predicate.sample.first), end = Number(predicate.sample.end);
  const bad = (why) => { throw new Refused("sample", why); };
  if (file.kind !== "sample" || file.v !== 1 || file.statement.sha256 !== digest) bad("statement");
  const entries = new Map(), leaves = new Map();
  for (const record of file.records) {
    const bytes = b64url(record.entry), entry = parsed(bytes, `${record.index}`);
    if (entries.has(record.index) || await bodyDiffers(record, entry, known)) bad(`${record.index}`);
    entries.set(record.index, entry);
    leaves.set(record.index, await leaf(bytes));
  }
  const hashes = b64url(file.proof);
  if (hashes.length % 32) bad("proof");
  const proof = Array.from({ length: hashes.length / 32 }, (_, i) => hashes.slice(32 * i, 32 * i + 32));
  if (await proved(head.size, leaves, proof) !== head.root) bad("proof");
  const trusted = file.anchor ? await anchorHolds(file.anchor, head, witnesses, signature) : undefined;
  if (trusted === false) bad("anchor");
  const { from, to } = predicate.period, shownToo = new Set();
  let decisions = 0, violations = 0;
  for await (const index of drawn(await seedOf(head, digest, file.anchor), first, end)) {
    if (decisions >= wanted || shownToo.size >= most) break;
    const entry = entries.get(index);
    if (!entry) bad(`${index}`);
    shownToo.add(index);
    if (entry.kind !== "decision" || entry.at < from || to <= entry.at) continue;
    const why = odd(entry, predicate, known);
    if (why) bad(`${index}, ${why}`);
    decisions += 1;
    if (entry.effect === "observed") violations += 1;
  }
  for (const index of [first - 1, end]) {
    if (first === end || index < 0 || index >= head.size) continue;
    const entry = entries.get(index);
    if (!entry || (from <= entry.at && entry.at < to)) bad(`${index}`);
    shownToo.add(index);
  }
  if (shownToo.size !== entries.size) bad(`${entries.size} ≠ ${shownToo.size}`);
  return { decisions, violations, trusted, anchored: !!file.anchor };
};
