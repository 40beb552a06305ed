// What the reader gives, what is checked of it, and how that is shown.
const ENVELOPE = JSON.parse(document.getElementById("envelope").textContent);
const SUMMARY_TYPE = "https://slsa.dev/verification_summary/v1";
const at = (id) => document.getElementById(id);
// The page as it came, before anything is done to it: names, attributes, texts.
const written = (n) => {
  if (n.nodeType === 3) return n.data;
  if (n.nodeType !== 1) return "";
  const attributes = [...n.attributes].map((a) => `${a.name.toLowerCase()}=${a.value}`).sort(byUnits);
  return `<${[n.localName.toLowerCase(), ...attributes].join("\n")}>${[...n.childNodes].map(written).join("")}</>`;
};
const CAME = written(document.querySelector("main")) + document.title + document.documentElement.lang;

let rows = [];
const given = new Map();
const bytesOf = async (file) => new Uint8Array(await file.arrayBuffer());
const base = (name) => name.replace(/.*\//, "");
const say = (state, what, ...details) =>
  rows.push({ state, what, words: W.checks[what][state], detail: details.flat().slice(0, 3).join("; ") });
const verdict = (what, odd, ...details) => say(odd.length ? "bad" : "good", what, ...(odd.length ? odd : details));

const keysGiven = async () => {
  const lines = at("key").value.split("\n").map((line) => line.trim()).filter(Boolean);
  return Promise.all(lines.map(vkey));
};
const trailKey = async (told, keys) => {
  const mine = keys.filter((key) => key.type === NOTE && key.name === told.origin);
  for (const key of mine) if (await signedBy(ENVELOPE, key)) return { key, pinned: true };
  return mine.length ? { key: mine[0], pinned: true } : { key: await vkey(told.keys[0].vkey), pinned: false };
};

const grouped = (value) => value.replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
const FORMS = {
  count: (v) => grouped(String(v)),
  moment: (v) => String(v).replace("T", " ").replace(/(:00)?\.000Z$|Z$/, ""),
  percent: (v) => `${String(Number(String(v).replace(".", "")) / 100)}\u202f%`,
};
const figures = (predicate) => {
  // What a person reads on this page is what was signed, figure by figure.
  const wrong = [];
  let seen = 0;
  const hold = (cell, value, place) => {
    seen += 1;
    const due = value === null || value === undefined ? "\u2013" : (FORMS[cell.dataset.form] ?? String)(value);
    if (due === cell.textContent) return;
    wrong.push(`${place}: ${cell.textContent} ≠ ${due}`);
    cell.classList.add("differs");
  };
  for (const cell of document.querySelectorAll("[data-figure]")) {
    let value = predicate;
    const path = JSON.parse(cell.dataset.figure);
    for (const step of path) value = value?.[step];
    hold(cell, value, path.join("."));
  }
  for (const cell of document.querySelectorAll("[data-sum]")) {
    const [field, value, effects] = JSON.parse(cell.dataset.sum);
    const rowsOfIt = predicate.use.rows.filter((row) => row[field] === value && effects.includes(row.effect));
    hold(cell, number(sum(rowsOfIt.map((row) => row.decisions))), `${field} ${value}`);
  }
  if (!seen) wrong.push("0");
  verdict("figures", wrong, `${seen}`);
};

// Notes, proofs and statements among the files, by what they are and not by their names.
const sorted = async (payload) => {
  const found = { notes: [], proofs: [], statements: [], summaries: [], entries: new Map(), hashes: new Map(), plain: new Map() };
  for (const [name, file] of given) {
    const tile = /^(.*?)tile\/(entries|0)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/.exec(name);
    if (tile) {
      const map = tile[2] === "0" ? found.hashes : found.entries, index = Number(tile[3].replace(/\D/g, ""));
      if (!map.has(index)) map.set(index, []);
      map.get(index).push({ root: tile[1], width: Number(tile[4] ?? 256), file, name });
    } else if (!/(^|\/)(tile|body)\//.test(name)) await sortedOne(found, name, file, payload);
  }
  return found;
};
const sortedOne = async (found, name, file, payload) => {
  found.plain.set(name, file);
  if (/\.dsse\.json$/.test(name)) {
    const envelope = JSON.parse(text(await bytesOf(file)));
    if (envelope.payloadType !== PAYLOAD_TYPE) return;
    const statement = parsed(b64(envelope.payload), name);
    const kind = statement.predicateType === SUMMARY_TYPE ? found.summaries : found.statements;
    kind.push({ name, envelope, statement, same: same(b64(envelope.payload), payload) });
  } else if (file.size <= 65536) {
    const whole = new TextDecoder().decode(await bytesOf(file));
    if (/^[^\n]+\n\d+\n[A-Za-z0-9+/]{43}=\n/.test(whole)) found.notes.push({ name, note: whole });
    else if (/^old \d+\n/.test(whole)) found.proofs.push(submission(utf8.encode(whole)));
  }
};

// Every tree head that the reader kept: of notes, and of earlier statements.
const olderHeads = async (found, key, head) => {
  const heads = [], kept = [];
  for (const { name, note } of found.notes)
    if (note !== head.note || !/(^|\/)trail\/checkpoint$/.test(name)) kept.push({ name, note });
  for (const { name, envelope, statement, same: mine } of found.statements) {
    if (mine) continue;
    if (!await signedBy(envelope, key)) { say("bad", "beside", name); continue; }
    kept.push({ name, note: statement.predicate.tree.checkpoint });
  }
  for (const { name, note } of kept) {
    try {
      const older = await checkpoint(note, key);
      if (older.origin !== head.origin) throw new Refused("head", older.origin);
      if (older.size > head.size) say("open", "older", name, `${older.size} > ${head.size}`);
      else heads.push({ name, ...older, what: "older" });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      say("bad", "older", name, error.message);
    }
  }
  return heads;
};
// What no entries are needed for: the same tree head, or a proof of consistency.
const byProof = async (older, head, proofs) => {
  if (older.size === head.size) return older.root === head.root;
  const proof = proofs.find((each) => each.old === older.size && bodyOf(each.note) === bodyOf(head.note));
  return proof ? consistent(older.size, head.size, older.root, head.root, proof.hashes) : undefined;
};

const entriesOf = (bytes, name) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), out = [];
  for (let from = 0; from < bytes.length;) {
    if (from + 2 > bytes.length) throw new Refused("unreadable", name);
    const to = from + 2 + view.getUint16(from);
    if (to > bytes.length) throw new Refused("unreadable", name);
    out.push(bytes.subarray(from + 2, to));
    from = to;
  }
  return out;
};
const chosen = (list, width) => list?.filter((each) => each.width >= width).sort((a, b) => a.width - b.width)[0];
async function* tiles(found, head) {
  const mine = found.statements.find((each) => each.same && each.name.includes("/"));
  const folder = mine ? mine.name.replace(/[^/]*$/, "") : "";
  for (let index = 0; index * 256 < head.size; index++) {
    const width = Math.min(256, head.size - index * 256), all = found.entries.get(index) ?? [];
    const own = all.filter((each) => folder && each.root.startsWith(folder));
    const tile = chosen(own.length ? own : all, width);
    if (!tile) throw new Refused("tree", `tile/entries ${index}`);
    const entries = entriesOf(await bytesOf(tile.file), tile.name);
    if (entries.length !== tile.width) throw new Refused("tree", `${tile.name}: ${entries.length} ≠ ${tile.width}`);
    yield { index, width, entries: entries.slice(0, width), hashes: chosen(found.hashes.get(index), width) };
  }
}
// Which record is another than the tree's own hashes say; they only help to name it.
const altered = async (found, head) => {
  for await (const { index, entries, hashes } of tiles(found, head)) {
    if (!hashes) continue;
    const wanted = await bytesOf(hashes.file), had = await Promise.all(entries.map(leaf));
    const place = had.findIndex((hash, i) => !same(hash, wanted.slice(32 * i, 32 * i + 32)));
    if (place >= 0) return `#${index * 256 + place}`;
  }
  return "";
};
const throughEntries = async (found, predicate, head, heads, tally) => {
  const tree = new Tree(), meter = at("meter");
  let unread = null;
  meter.hidden = false;
  for await (const { index, entries } of tiles(found, head)) {
    const hashes = await Promise.all(entries.map(leaf));
    for (const older of heads) {
      const more = older.size - tree.size;
      if (older.was !== undefined || more < 0 || more > hashes.length) continue;
      const then = tree.copy();
      await then.add(hashes.slice(0, more));
      older.was = await then.root();
    }
    await tree.add(hashes);
    for (const [i, entry] of entries.entries()) {
      try { tally.visit(parsed(entry, `#${index * 256 + i}`), index * 256 + i); } catch (e) { unread ??= e.message; }
    }
    meter.value = tree.size / head.size;
  }
  if (await tree.root() !== head.root) throw new Refused("tree", await altered(found, head));
  say("good", "tree", `${grouped(String(tree.size))} · ${head.root.slice(0, 16)}…`);
  return unread;
};
const recounted = async (found, predicate, head, heads) => {
  if (!found.entries.size) return false;
  const tally = new Tally(predicate, await labelled(predicate.openings));
  try {
    const unread = await throughEntries(found, predicate, head, heads, tally);
    const odds = differences(tally.figures(predicate), predicate);
    if (predicate.contract) odds.push(...differences(await contractFigures(predicate, tally), predicate.contract.figures).map((each) => `contract.${each}`));
    if (predicate.coverage) odds.push(...await coverageRecount(predicate, tally));
    verdict("recount", unread ? [unread] : odds, grouped(String(predicate.records.total)));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say("bad", "tree", error.message);
  } finally {
    at("meter").hidden = true;
  }
  return true;
};
const goesOn = async (found, predicate, head, heads) => {
  for (const older of heads) {
    const holds = await byProof(older, head, found.proofs) ?? (older.was === undefined ? undefined : older.was === older.root);
    const state = holds === undefined ? (older.what === "since" ? "note" : "open") : holds ? "good" : "bad";
    say(state, older.what, older.name, grouped(String(older.size)));
  }
  const named = predicate.since;
  for (const { name, envelope, same: mine } of found.statements) {
    if (mine || !named) continue;
    const digest = hex(await sha256(b64(envelope.payload)));
    const head = heads.find((each) => each.name === name);
    if (head && head.size === Number(named.size) && digest !== named.statement.sha256) say("bad", "since", name, digest.slice(0, 16));
  }
};

// Files of the folder that must say what the statement says.
const beside = async (found, predicate, digest, signature) => {
  const fine = [], odd = [], digestOf = async (file) => hex(await sha256(await bytesOf(file)));
  const hold = (name, holds) => (holds ? fine : odd).push(base(name));
  for (const { name, same: mine } of found.statements) if (mine) hold(name, true);
  for (const [name, file] of found.plain) {
    const policy = /(?:^|\/)policies\/([0-9a-f]{64})\.yaml$/.exec(name);
    const usage = /(?:^|\/)usage\/([^/]+)$/.exec(name);
    if (base(name) === "contract.yaml" && predicate.contract) hold(name, await digestOf(file) === predicate.contract.digest.sha256);
    else if (policy) hold(name, await digestOf(file) === policy[1]);
    else if (usage && predicate.coverage) {
      const named = predicate.coverage.sources.find((each) => each.name === usage[1]);
      if (named) hold(name, await digestOf(file) === named.digest.sha256);
    } else if (base(name) === "statement.sigstore.json") {
      const { dsseEnvelope: inner, verificationMaterial: material } = JSON.parse(text(await bytesOf(file)));
      const mine = hex(await sha256(b64(inner.payload))) === digest && inner.signatures[0].sig === toB64(signature);
      const stamps = material.timestampVerificationData?.rfc3161Timestamps ?? [], wanted = hex(await sha256(signature));
      hold(name, mine && stamps.every((each) => hex(b64(each.signedTimestamp)).includes(wanted)));
      if (stamps.length) say("note", "stamp", `${stamps.length}`);
    }
  }
  if (fine.length || odd.length) verdict("beside", odd, `${fine.length}`);
};
// Others' signatures: officers on the statement itself, auditors on their own word.
const others = async (found, keys, mine, digest) => {
  const claimed = ENVELOPE.signatures.filter((each) => each.keyid !== mine.keyid);
  const pinned = keys.filter((key) => key.type === NOTE && key.keyid !== mine.keyid);
  for (const key of pinned) {
    if (await signedBy(ENVELOPE, key)) { say("good", "officer", key.name); continue; }
    let word = null;
    for (const each of found.summaries) if (await signedBy(each.envelope, key)) word = each.statement;
    const passed = word?.subject[0].digest.sha256 === digest && word.predicate.verificationResult === "PASSED";
    say(word && passed ? "good" : "bad", word ? "auditor" : "officer", key.name, word?.predicate.timeVerified ?? "");
  }
  const known = (keyid) => pinned.some((key) => key.keyid === keyid);
  const unknown = claimed.filter((each) => !known(each.keyid)).length;
  if (unknown) say("note", "officer", `${unknown}`);
  const unheard = found.summaries.filter((each) => !each.envelope.signatures.some((s) => known(s.keyid))).length;
  if (unheard) say("note", "auditor", `${unheard}`);
};

const withSample = async (found, predicate, head, digest, keys, signature, whole) => {
  const file = [...found.plain].find(([name]) => base(name) === "sample.json")?.[1];
  if (!predicate.sample || !file) return false;
  const witnesses = keys.filter((key) => key.type === COSIGNATURE), known = await labelled(predicate.openings);
  try {
    const content = parsed(await bytesOf(file), "sample.json");
    const seen = await sampled(content, predicate, head, digest, known, witnesses, signature);
    const detail = `${seen.decisions} · ${seen.violations} · ≤ ${bound(seen.decisions, seen.violations)} %`;
    say("good", "sample", detail);
    if (!seen.trusted && !whole) say(seen.anchored ? "note" : "open", "anchor", content.anchor?.witness ?? content.anchor?.kind ?? "–");
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say("bad", "sample", error.message);
    return false;
  }
};

const everything = async () => {
  verdict("page", hex(await sha256(utf8.encode(CAME))) === PAGE ? [] : ["SHA-256"]);
  const payload = b64(ENVELOPE.payload), statement = parsed(payload, "payload"), { predicate } = statement;
  const keys = await keysGiven(), { key, pinned } = await trailKey(predicate, keys);
  say(pinned ? "good" : "open", "key", key.line);
  const signed = ENVELOPE.payloadType === PAYLOAD_TYPE && await signedBy(ENVELOPE, key);
  say(signed ? "good" : "bad", "signature", key.keyid.slice(0, 16));
  if (!signed) return;
  let head;
  try { head = await checkpoint(predicate.tree.checkpoint, key); } catch { say("bad", "head"); return; }
  const due = { size: number(BigInt(head.size)), root: head.root };
  const subject = [{ name: head.origin, digest: { sha256: head.root } }];
  const odd = [...differences(due, predicate.tree), ...differences({ subject }, statement), ...differences({ origin: head.origin }, predicate)];
  verdict("head", odd, `${grouped(String(head.size))} · ${head.root.slice(0, 16)}…`);
  if (odd.length) return;
  await aboutFigures(statement, head, keys, key, payload);
};
const aboutFigures = async ({ predicate }, head, keys, key, payload) => {
  const digest = hex(await sha256(payload));
  const signature = b64(ENVELOPE.signatures.find((each) => each.keyid === key.keyid).sig);
  figures(predicate);
  verdict("rules", await contradictions(predicate, head), predicate.verdict);
  if (predicate.contract) {
    const { clauses, result } = predicate.contract;
    verdict("contract", differences(await answered(predicate), { clauses, result }, "contract"), result);
  }
  if (predicate.coverage) verdict("coverage", coverageOdds(predicate), predicate.coverage.share ?? "–");
  const found = await sorted(payload);
  await beside(found, predicate, digest, signature);
  const heads = await olderHeads(found, key, head);
  if (predicate.since) heads.push({ name: predicate.since.to, size: Number(predicate.since.size), root: predicate.since.root, what: "since" });
  const whole = await recounted(found, predicate, head, heads);
  const looked = await withSample(found, predicate, head, digest, keys, signature, whole);
  if (!whole) say(looked ? "note" : "open", "recount");
  await goesOn(found, predicate, head, heads);
  await others(found, keys, key, digest);
};

const MARKS = { good: "✓", bad: "✗", open: "?", note: "·" };
const item = ({ state, what, words, detail }) => {
  const li = document.createElement("li"), mark = document.createElement("b");
  li.className = state;
  li.dataset.check = what;
  mark.textContent = MARKS[state];
  const said = document.createElement("span");
  said.textContent = words;
  li.append(mark, said);
  if (detail) {
    const code = document.createElement("code");
    code.textContent = detail;
    li.append(code);
  }
  return li;
};
let running = null;
const check = () => (running = (running ?? Promise.resolve()).then(checked));
const checked = async () => {
  rows = [];
  for (const each of document.querySelectorAll(".differs")) each.classList.remove("differs");
  at("result").className = "idle";
  at("result").textContent = W.busy;
  try {
    await everything();
  } catch (error) {
    say("bad", error instanceof Refused && W.checks[error.what] ? error.what : "unreadable", error.message);
  }
  const worst = ["bad", "open"].find((state) => rows.some((r) => r.state === state)) ?? "good";
  // What does not hold comes first, then what is open.
  const order = ["bad", "open", "good", "note"];
  rows.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  at("checks").replaceChildren(...rows.map(item));
  at("result").className = worst;
  at("result").textContent = W[worst];
  document.documentElement.dataset.verified = worst;
};

const slot = (name, there) => at(`slot-${name}`).classList.toggle("there", there);
const shownSlots = () => {
  const names = [...given.keys()], has = (test) => names.some((name) => test.test(name));
  slot("key", !!at("key").value.trim());
  slot("entries", has(/(^|\/)tile\/entries\//) || has(/(^|\/)sample\.json$/));
  slot("older", names.some((n) => /(^|\/)checkpoint$/.test(n) && !/trail\/checkpoint$/.test(n)) || has(/^[^/]+\.dsse\.json$/));
};
const take = async (files) => {
  for (const file of files) {
    const name = file.path ?? (file.webkitRelativePath || file.name);
    if (/\.vkey$/.test(name)) {
      const line = (await file.text()).trim(), box = at("key");
      if (!box.value.includes(line)) box.value = [box.value.trim(), line].filter(Boolean).join("\n");
    } else given.set(name, file);
  }
  at("taken").textContent = grouped(String(given.size));
  shownSlots();
  await check();
};
const walk = async (entry, path, found) => {
  if (entry.isFile) {
    const file = await new Promise((yes, no) => entry.file(yes, no));
    Object.defineProperty(file, "path", { value: path + entry.name });
    found.push(file);
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((yes, no) => reader.readEntries(yes, no));
    if (!some.length) return;
    for (const each of some) await walk(each, `${path}${entry.name}/`, found);
  }
};
const dropping = (on) => (event) => {
  event.preventDefault();
  document.body.classList.toggle("dropping", on);
};
at("verify").addEventListener("click", check);
at("key").addEventListener("input", shownSlots);
for (const id of ["folder", "files"]) at(id).addEventListener("change", (e) => take([...e.target.files]));
document.addEventListener("dragover", dropping(true));
document.addEventListener("dragleave", dropping(false));
document.addEventListener("drop", async (event) => {
  dropping(false)(event);
  const roots = [...event.dataTransfer.items].map((i) => i.webkitGetAsEntry()).filter(Boolean), found = [];
  for (const each of roots) await walk(each, "", found);
  await take(found);
});
at("result").className = "idle";
at("result").textContent = W.ready;
