// Counting a period again from entries and openings, as docs/formats/statement.md says.
const FIELDS = ["purpose", "model", "endpoint"];
const LEFT = ["permit", "observed"];
const ENDINGS = ["complete", "abandoned", "error", "unknown"];
const EFFECTS = ["permit", "observed", "refuse", "review"];

const bump = (map, key, by = 1) => map.set(key, (map.get(key) ?? 0) + by);
const zeros = (names) => new Map(names.map((name) => [name, 0]));
const label = async (opening) => toB64url((await sha256(cat(
  b64url(opening.nonce), utf8.encode(opening.field), Uint8Array.of(0), utf8.encode(opening.value),
))).slice(0, 16));
// Label → opening. One of another field opens nothing, whatever its label.
const labelled = async (openings) =>
  new Map(await Promise.all(openings.map(async (each) => [await label(each), each])));
const openedBy = (labels, field, known) => {
  const name = labels?.[field];
  if (name === undefined) return null;
  const found = known.get(name);
  return found && found.field === field ? found.value : undefined;
};
const rowsOf = (rows, fields) =>
  [...rows].map(([key, n]) => [JSON.parse(key), n])
    .filter(([, n]) => n)
    .sort(([a], [b]) => noneFirst(a, b))
    .map(([key, n]) => ({ ...Object.fromEntries([...fields, "effect"].map((f, i) => [f, key[i]])), decisions: n }));

class Tally {
  constructor(predicate, known) {
    Object.assign(this, { period: predicate.period, known });
    this.kinds = new Map();
    this.effects = zeros(EFFECTS);
    this.endings = zeros(ENDINGS);
    this.days = new Map();
    this.rows = new Map();
    this.policies = new Map();
    this.clocks = new Map();
    this.awaiting = new Map();
    this.early = new Map();
    this.times = [];
    this.borne = [];
    Object.assign(this, { unopened: 0, recoveries: 0, anomalies: 0, began: null, newest: null, first: 0, end: 0 });
  }
  visit(entry, index) {
    const { at, kind } = entry, inside = this.period.from <= at && at < this.period.to;
    this.began ??= at;
    this.newest = at;
    const before = this.clocks.get(entry.writer) ?? at;
    this.clocks.set(entry.writer, at);
    if (inside) {
      if (Date.parse(before) - Date.parse(at) > 1000) this.anomalies += 1;
      if (!this.end) this.first = index;
      this.end = index + 1;
      this.times.push(Date.parse(at));
      bump(this.kinds, kind);
      if (kind === "recovery") this.recoveries += 1;
    }
    if (kind === "decision") this.decision(entry, inside);
    else if (kind === "outcome") this.outcome(entry.id, entry.effect);
    else if (kind === "policy") {
      this.span(entry.policy, at);
      if (inside) this.span(entry.policy, at).last = at;
    }
  }
  span(digest, at) {
    if (!this.policies.has(digest)) this.policies.set(digest, { digest, since: at, last: null, decisions: 0 });
    return this.policies.get(digest);
  }
  decision(entry, inside) {
    const { at, effect } = entry;
    if (inside) {
      bump(this.effects, effect);
      bump(this.days, JSON.stringify([at.slice(0, 10), effect]));
      const span = this.span(entry.policy, at);
      span.last = at;
      span.decisions += 1;
      const values = FIELDS.map((field) => openedBy(entry.labels, field, this.known));
      if (values.includes(undefined)) this.unopened += 1;
      else bump(this.rows, JSON.stringify([...values, effect]));
      this.borne.push({ labels: entry.labels, effect, at });
    }
    if (!LEFT.includes(effect)) return;
    if (!this.early.has(entry.id)) this.awaiting.set(entry.id, inside);
    else {
      if (inside) bump(this.endings, this.early.get(entry.id));
      this.early.delete(entry.id);
    }
  }
  outcome(id, effect) {
    if (!this.awaiting.has(id)) this.early.set(id, effect);
    else if (this.awaiting.get(id)) bump(this.endings, effect);
    this.awaiting.delete(id);
  }
  // Every section of the predicate that entries tell.
  figures(predicate) {
    this.endings.set("unknown", [...this.awaiting.values()].filter(Boolean).length);
    const named = [...this.policies.values()].filter((each) => each.last !== null)
      .sort((a, b) => byPoints(a.since, b.since) || byPoints(a.digest, b.digest));
    const rows = rowsOf(this.rows, FIELDS);
    const counted = {
      records: { total: [...this.kinds.values()].reduce((a, b) => a + b, 0), byKind: Object.fromEntries(this.kinds) },
      use: {
        rows, unopened: this.unopened, byPurpose: totals(rows, "purpose"), byModel: totals(rows, "model"),
        byEffect: Object.fromEntries(this.effects), outcomes: Object.fromEntries(this.endings),
      },
      policies: named.map((each, i) => ({
        digest: { sha256: each.digest }, name: predicate.policies[i]?.name ?? null, mode: predicate.policies[i]?.mode ?? null,
        putInForce: each.since, lastNamed: each.last, decisions: each.decisions,
      })),
      integrity: {
        ...predicate.integrity, trailBegan: this.began, recoveries: this.recoveries,
        clockAnomalies: this.anomalies, unknownOutcomes: this.endings.get("unknown"),
      },
    };
    if (predicate.days) counted.days = rowsOf(this.days, ["day"]);
    if (predicate.anchors) counted.anchors = { ...predicate.anchors, newestRecord: this.newest };
    if (predicate.sample) counted.sample = { ...predicate.sample, first: this.first, end: this.end };
    return counted;
  }
}
const totals = (rows, field) => {
  const sums = new Map();
  for (const row of rows) sums.set(row[field], (sums.get(row[field]) ?? 0n) + count(row.decisions));
  return [...sums].sort(([a], [b]) => noneFirst([a], [b])).map(([value, n]) => ({ [field]: value, decisions: number(n) }));
};
