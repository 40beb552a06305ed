// Trees of RFC 6962 §2.1: roots from leaves as they come, and proofs (RFC 9162 §2.1.4.2).
const leaf = (entry) => sha256(cat(Uint8Array.of(0), entry));
const node = (a, b) => sha256(cat(Uint8Array.of(1), a, b));

class Tree {
  constructor(stack = [], size = 0) {
    this.stack = stack;
    this.size = size;
  }
  copy() {
    return new Tree([...this.stack], this.size);
  }
  async add(hashes) {
    if (hashes.length === 256 && this.size % 256 === 0) {
      // One round of digests a level: waiting for each alone takes many times as long.
      let level = hashes;
      while (level.length > 1)
        level = await Promise.all(level.filter((_, i) => i % 2 === 0).map((h, i) => node(h, level[2 * i + 1])));
      await this.push(level[0], 256);
    } else for (const hash of hashes) await this.push(hash, 1);
  }
  async push(hash, width) {
    this.size += width;
    while (this.stack.length && this.stack.at(-1).width === width) {
      hash = await node(this.stack.pop().hash, hash);
      width *= 2;
    }
    this.stack.push({ hash, width });
  }
  async root() {
    if (!this.stack.length) return hex(await sha256(new Uint8Array()));
    const rest = this.stack.map((each) => each.hash);
    let hash = rest.pop();
    while (rest.length) hash = await node(rest.pop(), hash);
    return hex(hash);
  }
}

// Whether the tree of `size` begins with that of `old`.
const consistent = async (old, size, oldRoot, root, proof) => {
  if (old > size) return false;
  if (old === size) return oldRoot === root && !proof.length;
  if (old === 0) return !proof.length;
  let f = BigInt(old) - 1n, s = BigInt(size) - 1n;
  const path = [...proof];
  while (f & 1n) { f >>= 1n; s >>= 1n; }
  const power = (BigInt(old) & (BigInt(old) - 1n)) === 0n;
  let mine = power ? unhex(oldRoot) : path.shift(), whole = mine;
  if (!mine) return false;
  for (const each of path) {
    if (s === 0n) return false;
    if ((f & 1n) || f === s) {
      mine = await node(each, mine);
      whole = await node(each, whole);
      while (!(f & 1n) && f !== 0n) { f >>= 1n; s >>= 1n; }
    } else whole = await node(whole, each);
    f >>= 1n;
    s >>= 1n;
  }
  return s === 0n && hex(mine) === oldRoot && hex(whole) === root;
};
// A proof of consistency as c2sp.org/tlog-witness has it.
const submission = (data) => {
  const whole = text(data), cut = whole.indexOf("\n\n");
  const [first, ...hashes] = whole.slice(0, cut).split("\n");
  const found = /^old (0|[1-9][0-9]{0,15})$/.exec(first);
  if (cut < 0 || !found || hashes.length > 63) throw new Refused("unreadable", "old");
  return { old: Number(found[1]), hashes: hashes.map(b64), note: whole.slice(cut + 2) };
};
// The root of a tree of which some leaves are known and the rest are hashes, left first.
const proved = async (size, leaves, proof) => {
  const known = [...leaves.keys()].sort((a, b) => a - b), hashes = [...proof];
  const within = (from, to) => known.some((i) => from <= i && i < to);
  const walk = async (from, to) => {
    if (!within(from, to)) {
      if (!hashes.length) throw new Refused("sample", "proof");
      return hashes.shift();
    }
    if (to - from === 1) return leaves.get(from);
    let split = 1;
    while (split * 2 < to - from) split *= 2;
    return node(await walk(from, from + split), await walk(from + split, to));
  };
  const root = size ? hex(await walk(0, size)) : hex(await sha256(new Uint8Array()));
  if (hashes.length) throw new Refused("sample", "proof");
  return root;
};
