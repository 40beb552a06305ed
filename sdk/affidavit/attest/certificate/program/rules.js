// What follows from a statement's own figures: sums, and its verdict by the stated rules.
const rowsIn = (rows, fields) => {
  const found = new Map();
  for (const row of rows) {
    const key = JSON.stringify([...fields, "effect"].map((field) => row[field] ?? null));
    found.set(key, (found.get(key) ?? 0n) + count(row.decisions));
  }
  return found;
};
const printed = (rows, fields) =>
  rowsOf(new Map([...rows].map(([key, n]) => [key, number(n)])), fields);

const unbalanced = ({ use, records, integrity }) => {
  const decisions = records.byKind.decision ?? 0;
  const left = LEFT.map((name) => use.byEffect[name] ?? 0);
  const sides = {
    "records.total": [records.total, sum(Object.values(records.byKind))],
    "use.byEffect": [sum(Object.values(use.byEffect)), decisions],
    "use.rows": [sum(use.rows.map((r) => r.decisions)) + count(use.unopened), decisions],
    "use.outcomes": [sum(Object.values(use.outcomes)), sum(left)],
    "integrity.unknownOutcomes": [integrity.unknownOutcomes, use.outcomes.unknown ?? 0],
  };
  const big = (v) => (typeof v === "bigint" ? v : count(v));
  return Object.entries(sides).filter(([, [a, b]]) => big(a) !== big(b)).map(([name, [a, b]]) => `${name}: ${a} ≠ ${b}`);
};
const anchorSums = (anchors, size) => {
  const seen = [...anchors.witnesses, ...anchors.authorities].filter((each) => each.at !== null);
  const sizes = anchors.witnesses.filter((each) => each.size !== null).map((each) => each.size).sort((a, b) => b - a);
  const last = seen.sort((a, b) => b.size - a.size || byPoints(b.at, a.at))[0];
  const reached = anchors.quorum.wanted > 0 ? sizes[anchors.quorum.wanted - 1] ?? null : null;
  const covered = Math.min(size, last?.size ?? 0);
  const apart = last && anchors.newestRecord !== null ? Date.parse(anchors.newestRecord) - Date.parse(last.at) : null;
  return {
    quorum: { wanted: anchors.quorum.wanted, met: reached !== null, size: reached },
    covered, recordsSince: size - covered, secondsSince: apart === null ? null : Math.max(0, Math.trunc(apart / 1000)),
  };
};
const daySums = (days) =>
  Object.fromEntries(EFFECTS.map((name) => [name, number(sum(days.filter((d) => d.effect === name).map((d) => d.decisions)))]));

const broken = (contract, result, words) => contract.clauses.flatMap((clause) => {
  const names = clause.checks.filter((each) => each.result === result).map((each) => each.check);
  return names.length ? [`Clause ${clause.id} of the contract ${words}: ${names.join(", ")}.`] : [];
});
const some = (v) => count(v) !== 0n;
// The sections `verdict` and `exceptions`, in the signed words.
const judged = ({ period, use, integrity, contract, coverage }) => {
  const lacking = [], exceptions = [];
  if (integrity.problems.length) lacking.push("The trail did not verify.");
  if (some(integrity.decisionsWithoutBody) || some(use.unopened))
    lacking.push(`Decisions of the period without a body: ${integrity.decisionsWithoutBody}; that could not be told apart by purpose and model: ${use.unopened}.`);
  if (integrity.trailBegan === null) lacking.push("The trail holds no record.");
  else if (integrity.trailBegan > period.from)
    exceptions.push(`The trail began at ${integrity.trailBegan}, after the start of the period.`);
  if (some(use.byEffect.observed ?? 0))
    exceptions.push(`Calls that left though an enforced policy would have stopped them: ${use.byEffect.observed}.`);
  for (const [name, words] of [
    ["unknownOutcomes", "Calls that left and have no recorded outcome"],
    ["recoveries", "Torn ends of interrupted writes that were cut"],
    ["clockAnomalies", "Times that a recording clock was set back"],
    ["pending", "Records made and not yet covered by the tree head"],
  ]) if (some(integrity[name])) exceptions.push(`${words}: ${integrity[name]}.`);
  if (contract) {
    lacking.push(...broken(contract, "cannot tell", "cannot be told from the figures"));
    exceptions.push(...broken(contract, "not met", "is not met"));
    if (contract.scheduled === false) exceptions.push("The period is none of the contract's schedule.");
  }
  if (coverage) {
    const { requests, missingDays, provisional: growing } = coverage;
    if (some(requests.uncovered)) exceptions.push(`Requests on the provider's bill that are not in the trail: ${requests.uncovered}.`);
    if (some(missingDays)) exceptions.push(`Days not held against the provider's bill: ${missingDays}.`);
    if (growing.length) exceptions.push(`Days whose bill was fetched too early and may still grow: ${growing.length}.`);
  }
  const verdict = lacking.length ? "INCOMPLETE" : exceptions.length ? "PASS WITH EXCEPTIONS" : "PASS";
  return { verdict, exceptions: [...lacking, ...exceptions] };
};
// Everything in a statement that does not follow from its own figures.
const contradictions = async (predicate, head) => {
  const { use } = predicate, rows = printed(rowsIn(use.rows, FIELDS), FIELDS);
  const opened = new Set(predicate.openings.map((o) => JSON.stringify([o.field, o.value])));
  const used = new Set(use.rows.flatMap((row) => FIELDS.filter((f) => row[f] !== null).map((f) => JSON.stringify([f, row[f]]))));
  const found = [
    ...differences({ rows, byPurpose: totals(rows, "purpose"), byModel: totals(rows, "model") }, use, "").map((each) => `use.${each}`),
    ...unbalanced(predicate),
  ];
  if (opened.size !== predicate.openings.length || [...used].some((o) => !opened.has(o)) || used.size !== opened.size)
    found.push("openings");
  if (predicate.days) {
    const days = rowsIn(predicate.days, ["day"]);
    found.push(...differences({ days: printed(days, ["day"]) }, predicate));
    found.push(...differences({ byEffect: daySums(predicate.days) }, use).map((each) => `days, ${each}`));
  }
  if (predicate.anchors) found.push(...differences(anchorSums(predicate.anchors, head.size), predicate.anchors).map((each) => `anchors.${each}`));
  if (predicate.since && !(count(predicate.since.size) <= BigInt(head.size))) found.push("since.size");
  return [...found, ...differences({ ...judged(predicate), doesNotProve: W.limits }, predicate)];
};
