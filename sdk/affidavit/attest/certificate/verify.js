"use strict";
// Checks this page by itself: no network, no library. What it trusts is what the reader
// drops in or types; the key that the statement names is only compared with.
(() => {
  const W = JSON.parse(document.getElementById("words").textContent);
  const ENVELOPE = JSON.parse(document.getElementById("envelope").textContent);
  const utf8 = new TextEncoder();
  const text = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  const b64 = (s) => {
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(s) || s.length % 4) throw new Error("base64");
    return Uint8Array.from(atob(s), (c) => c.charCodeAt(0));
  };
  const b64url = (s) => b64(s.replace(/-/g, "+").replace(/_/g, "/") + "=".repeat((4 - s.length % 4) % 4));
  const hex = (b) => [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
  const cat = (...parts) => {
    const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
    let at = 0;
    for (const p of parts) { out.set(p, at); at += p.length; }
    return out;
  };
  const sha256 = async (b) => new Uint8Array(await crypto.subtle.digest("SHA-256", b));
  const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);

  // DSSE v1, pre-authentication encoding.
  const pae = (type, payload) => {
    const kind = utf8.encode(type);
    return cat(utf8.encode(`DSSEv1 ${kind.length} `), kind, utf8.encode(` ${payload.length} `), payload);
  };
  // A verifier key of c2sp.org/signed-note: name+hash+base64(0x01 ‖ key).
  const vkey = async (line) => {
    const found = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(line.trim());
    if (!found) throw new Error(W.noKey);
    const raw = b64(found[3]);
    if (raw[0] !== 1 || raw.length !== 33) throw new Error(W.noKey);
    const id = (await sha256(cat(utf8.encode(found[1] + "\n"), raw))).slice(0, 4);
    if (hex(id) !== found[2]) throw new Error(W.noKey);
    const key = await crypto.subtle.importKey("raw", raw.slice(1), "Ed25519", false, ["verify"]);
    const spki = cat(b64("MCowBQYDK2VwAyEA"), raw.slice(1));
    return { name: found[1], id, key, keyid: hex(await sha256(spki)), line: line.trim() };
  };
  const signed = (key, signature, message) => crypto.subtle.verify("Ed25519", key.key, signature, message);
  // A checkpoint of c2sp.org/tlog-checkpoint, signed by `key`.
  const checkpoint = async (note, key) => {
    const cut = note.indexOf("\n\n");
    if (cut < 0) throw new Error(W.noCheckpoint);
    const body = note.slice(0, cut + 1);
    const lines = body.split("\n");
    for (const line of note.slice(cut + 2).split("\n")) {
      const found = /^\u2014 (\S+) (\S+)$/.exec(line);
      if (!found || found[1] !== key.name) continue;
      const raw = b64(found[2]);
      if (same(raw.slice(0, 4), key.id) && raw.length === 68 && await signed(key, raw.slice(4), utf8.encode(body)))
        return { origin: lines[0], size: Number(lines[1]), root: hex(b64(lines[2])) };
    }
    throw new Error(W.noCheckpoint);
  };
  // RFC 6962 §2.1, built from leaves as they come.
  const newTree = () => ({ stack: [], size: 0 });
  const node = (a, b) => sha256(cat(Uint8Array.of(1), a, b));
  const grow = async (tree, entry) => {
    let hash = await sha256(cat(Uint8Array.of(0), entry));
    let size = ++tree.size;
    while (size % 2 === 0) { hash = await node(tree.stack.pop(), hash); size /= 2; }
    tree.stack.push(hash);
  };
  const root = async (tree) => {
    const rest = [...tree.stack];
    if (!rest.length) return hex(await sha256(new Uint8Array()));
    let hash = rest.pop();
    while (rest.length) hash = await node(rest.pop(), hash);
    return hex(hash);
  };

  // What the reader gave: file name → bytes.
  const given = new Map();
  const entriesGiven = () => [...given.keys()].filter((n) => /(^|\/)tile\/entries\//.test(n));

  const rows = [];
  const say = (state, words, detail = "") => rows.push({ state, words, detail });

  const pinned = async (told) => {
    const typed = document.getElementById("key").value.trim();
    if (typed) return { key: await vkey(typed), pinned: true };
    return { key: await vkey(told.keys[0].vkey), pinned: false };
  };

  const figures = (predicate) => {
    // What a person reads on this page is what was signed, figure by figure.
    let wrong = 0, seen = 0;
    for (const cell of document.querySelectorAll("[data-figure]")) {
      let value = predicate;
      for (const step of JSON.parse(cell.dataset.figure)) value = value?.[step];
      seen += 1;
      if (String(value ?? "\u2013") !== cell.textContent) {
        wrong += 1;
        cell.classList.add("differs");
      }
    }
    say(wrong || !seen ? "bad" : "good", W.figures, `${seen - wrong}/${seen}`);
  };

  const label = async (opening) =>
    (await sha256(cat(b64url(opening.nonce), utf8.encode(opening.field), Uint8Array.of(0), utf8.encode(opening.value)))).slice(0, 16);

  const recount = async (predicate, head, older) => {
    const names = entriesGiven();
    if (!names.length) { say("open", W.noEntries); return; }
    const place = (n) => Number(n.replace(/.*tile\/entries\//, "").replace(/\.p\/\d+$/, "").replaceAll("x", "").replaceAll("/", ""));
    names.sort((a, b) => place(a) - place(b));
    const labels = new Map();
    for (const each of predicate.openings) {
      const bytes = await label(each);
      labels.set(btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, ""), each);
    }
    const tree = newTree(), counted = new Map(), effects = {}, days = {};
    let total = 0, was = null;
    const meter = document.getElementById("meter");
    meter.hidden = false;
    for (const [number, name] of names.entries()) {
      const data = given.get(name);
      const view = new DataView(data.buffer, data.byteOffset, data.length);
      for (let at = 0; at < data.length && tree.size < head.size;) {
        const length = view.getUint16(at);
        const entry = data.slice(at + 2, at + 2 + length);
        at += 2 + length;
        await grow(tree, entry);
        if (older && tree.size === older.size) was = await root(tree);
        const told = JSON.parse(text(entry));
        if (!(predicate.period.from <= told.at && told.at < predicate.period.to)) continue;
        total += 1;
        if (told.kind !== "decision") continue;
        effects[told.effect] = (effects[told.effect] ?? 0) + 1;
        const day = `${told.at.slice(0, 10)} ${told.effect}`;
        days[day] = (days[day] ?? 0) + 1;
        const values = ["purpose", "model", "endpoint"].map((field) => {
          const name = told.labels?.[field];
          if (name === undefined) return null;
          const opened = labels.get(name);
          return opened && opened.field === field ? opened.value : undefined;
        });
        const key = values.includes(undefined) ? "?" : JSON.stringify([...values, told.effect]);
        counted.set(key, (counted.get(key) ?? 0) + 1);
      }
      meter.value = (number + 1) / names.length;
    }
    meter.hidden = true;
    const there = tree.size === head.size && await root(tree) === head.root;
    say(there ? "good" : "bad", W.tree, `${tree.size}/${head.size}`);
    if (older) say(older.size <= head.size && was === older.root ? "good" : "bad", W.older, String(older.size));
    const wanted = new Map(predicate.use.rows.map((r) => [JSON.stringify([r.purpose, r.model, r.endpoint, r.effect]), Number(r.decisions)]));
    if (Number(predicate.use.unopened)) wanted.set("?", Number(predicate.use.unopened));
    let agrees = wanted.size === counted.size && total === Number(predicate.records.total);
    for (const [key, count] of wanted) agrees = agrees && counted.get(key) === count;
    for (const [name, count] of Object.entries(predicate.use.byEffect)) agrees = agrees && (effects[name] ?? 0) === Number(count);
    for (const each of predicate.days ?? []) agrees = agrees && days[`${each.day} ${each.effect}`] === Number(each.decisions);
    agrees = agrees && (predicate.days ?? []).length === Object.keys(days).length;
    say(agrees ? "good" : "bad", W.recounted, String(total));
  };

  const beside = async (payload) => {
    // A statement that was dropped in must be this one.
    for (const [name, data] of given) {
      if (!/statement\.dsse\.json$/.test(name)) continue;
      const other = JSON.parse(text(data));
      say(same(b64(other.payload), payload) ? "good" : "bad", W.sameStatement, name);
    }
  };

  const check = async () => {
    rows.length = 0;
    for (const each of document.querySelectorAll(".differs")) each.classList.remove("differs");
    try {
      const payload = b64(ENVELOPE.payload);
      const statement = JSON.parse(text(payload));
      const predicate = statement.predicate;
      const { key, pinned: trusted } = await pinned(predicate);
      say(trusted ? "good" : "open", trusted ? W.keyGiven : W.keyTold, key.line);
      const claim = ENVELOPE.signatures.find((s) => s.keyid === key.keyid);
      const holds = claim && await signed(key, b64(claim.sig), pae(ENVELOPE.payloadType, payload));
      say(holds ? "good" : "bad", W.signature, key.keyid.slice(0, 16));
      if (holds) {
        const head = await checkpoint(predicate.tree.checkpoint, key);
        const subject = statement.subject[0];
        const fits = subject.name === head.origin && subject.digest.sha256 === head.root &&
          predicate.tree.root === head.root && Number(predicate.tree.size) === head.size;
        say(fits ? "good" : "bad", W.head, `${head.size} · ${head.root.slice(0, 16)}`);
        figures(predicate);
        await beside(payload);
        const kept = [...given].find(([n]) => /(^|\/)checkpoint$/.test(n) && !/trail\/checkpoint$/.test(n));
        const older = kept ? await checkpoint(text(kept[1]), key) : null;
        await recount(predicate, head, older);
      }
    } catch (error) {
      say("bad", W.unreadable, error.message);
    }
    const states = rows.map((r) => r.state);
    const verdict = states.includes("bad") ? "bad" : states.includes("open") ? "open" : "good";
    const list = document.getElementById("checks");
    list.replaceChildren(...rows.map((r) => {
      const item = document.createElement("li");
      item.className = r.state;
      const mark = document.createElement("b");
      mark.textContent = { good: "\u2713", bad: "\u2717", open: "?" }[r.state];
      const words = document.createElement("span");
      words.textContent = r.words;
      const detail = document.createElement("code");
      detail.textContent = r.detail;
      item.append(mark, words, detail);
      return item;
    }));
    const result = document.getElementById("result");
    result.className = verdict;
    result.textContent = W[verdict];
    document.documentElement.dataset.verified = verdict;
  };

  const take = async (files) => {
    for (const file of files) given.set(file.path ?? (file.webkitRelativePath || file.name), new Uint8Array(await file.arrayBuffer()));
    const keyFile = [...given].find(([n]) => /\.vkey$/.test(n));
    if (keyFile) document.getElementById("key").value = text(keyFile[1]).trim();
    document.getElementById("taken").textContent = String(given.size);
    await check();
  };
  const walk = async (entry, path, found) => {
    if (entry.isFile) {
      const file = await new Promise((yes, no) => entry.file(yes, no));
      Object.defineProperty(file, "path", { value: path + entry.name });
      found.push(file);
    } else {
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise((yes, no) => reader.readEntries(yes, no));
        if (!some.length) break;
        for (const each of some) await walk(each, `${path}${entry.name}/`, found);
      }
    }
  };
  document.getElementById("verify").addEventListener("click", check);
  document.getElementById("folder").addEventListener("change", (e) => take(e.target.files));
  document.getElementById("files").addEventListener("change", (e) => take(e.target.files));
  document.addEventListener("dragover", (e) => e.preventDefault());
  document.addEventListener("drop", async (e) => {
    e.preventDefault();
    const roots = [...e.dataTransfer.items].map((i) => i.webkitGetAsEntry()).filter(Boolean), found = [];
    for (const each of roots) await walk(each, "", found);
    await take(found);
  });
})();
