// Bytes, text and digests: strict readers, WebCrypto, nothing of ours that a browser has.
const utf8 = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const text = (bytes) => decoder.decode(bytes);

class Refused extends Error {
  // `what` names the words of the page that say what is wrong, `detail` the thing.
  constructor(what, detail = "") {
    super(detail);
    this.what = what;
  }
}

const b64 = (s) => {
  let raw;
  try { raw = atob(s); } catch { throw new Refused("unreadable", "base64"); }
  // `atob` takes other spellings of the same bytes; whoever signs prints one.
  if (btoa(raw) !== s) throw new Refused("unreadable", "base64");
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
};
const b64url = (s) => {
  if (typeof s !== "string" || !/^[A-Za-z0-9_-]*$/.test(s)) throw new Refused("unreadable", "base64url");
  return b64(s.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - s.length % 4) % 4));
};
const toB64 = (bytes) => btoa(String.fromCharCode(...bytes));
const toB64url = (bytes) => toB64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const hex = (bytes) => [...bytes].map((x) => x.toString(16).padStart(2, "0")).join("");
const unhex = (s) => {
  if (typeof s !== "string" || !/^([0-9a-f]{2})*$/.test(s)) throw new Refused("unreadable", "hex");
  return Uint8Array.from(s.match(/../g) ?? [], (two) => parseInt(two, 16));
};
const cat = (...parts) => {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) { out.set(p, at); at += p.length; }
  return out;
};
const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const bigEndian = (bytes) => bytes.reduce((n, x) => n << 8n | BigInt(x), 0n);
const eightBytes = (n) => unhex(BigInt(n).toString(16).padStart(16, "0"));

// RFC 8785 on what a trail holds: texts, whole numbers, true, false, null.
const byUnits = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const canon = (v) => {
  if (Array.isArray(v)) return `[${v.map(canon).join(",")}]`;
  if (v === null || typeof v !== "object") return JSON.stringify(v);
  return `{${Object.keys(v).sort(byUnits).map((k) => `${JSON.stringify(k)}:${canon(v[k])}`).join(",")}}`;
};
// JSON in its one canonical form: a member that stands there twice is refused with it.
const parsed = (bytes, name) => {
  let value;
  try { value = JSON.parse(text(bytes)); } catch { throw new Refused("unreadable", name); }
  if (canon(value) !== text(bytes)) throw new Refused("unreadable", name);
  return value;
};

// Counts: a number, or text where a double could not hold it.
const count = (v) => {
  if (typeof v === "string" && /^(0|[1-9][0-9]{0,39})$/.test(v)) return BigInt(v);
  if (Number.isSafeInteger(v) && v >= 0) return BigInt(v);
  throw new Refused("unreadable", String(v).slice(0, 40));
};
const number = (n) => (n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : String(n));
const sum = (values) => values.reduce((n, v) => n + count(v), 0n);
// Where two figures say the same thing differently: `path: said ≠ counted`.
const shown = (v) => (v === undefined ? "–" : canon(v).slice(0, 160));
const firstOdd = (mine, told, path) => {
  const place = Array.from({ length: Math.max(mine.length, told.length) }, (_, i) => i)
    .find((i) => i >= mine.length || i >= told.length || canon(mine[i]) !== canon(told[i]));
  return place === undefined ? [] : [`${path}[${place}]: ${shown(told[place])} ≠ ${shown(mine[place])}`];
};
const differences = (counted, said, under = "") => {
  const plain = (v) => v !== null && typeof v === "object" && !Array.isArray(v);
  const found = [];
  for (const name of new Set([...Object.keys(counted), ...(under ? Object.keys(said) : [])])) {
    const path = under ? `${under}.${name}` : name, mine = counted[name], told = said[name];
    if (plain(mine) && plain(told)) found.push(...differences(mine, told, path));
    else if (Array.isArray(mine) && Array.isArray(told)) found.push(...firstOdd(mine, told, path));
    else if (mine === undefined || told === undefined || canon(mine) !== canon(told))
      found.push(`${path}: ${shown(told)} ≠ ${shown(mine)}`);
  }
  return found;
};
// Texts by their code points, as the signed order has them.
const byPoints = (a, b) => {
  const [x, y] = [[...a], [...b]];
  for (let i = 0; i < x.length && i < y.length; i++)
    if (x[i] !== y[i]) return x[i].codePointAt(0) - y[i].codePointAt(0);
  return x.length - y.length;
};
const noneFirst = (a, b) => {
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    if (a[i] === null || b[i] === null) return a[i] === null ? -1 : 1;
    return byPoints(a[i], b[i]);
  }
  return 0;
};
