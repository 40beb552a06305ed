// What became of each promise, from a statement's own figures; see its section `contract`.
const SCOPE = [...FIELDS, "project"];
const SPANS = { s: 1, m: 60, h: 3600, d: 86400 };
const seconds = (span) => {
  const found = /^([1-9][0-9]*)([smhd])$/.exec(span);
  return found ? Number(found[1]) * SPANS[found[2]] : 0;
};
// Shell patterns without regard to case; a name that is absent is matched by `*` alone.
const pattern = (glob) => {
  let out = "", i = 0;
  while (i < glob.length) {
    const c = glob[i++];
    const end = c === "[" ? glob.indexOf("]", i + (glob[i] === "!" ? 2 : 1)) : -1;
    if (c === "*") out += "[^]*";
    else if (c === "?") out += "[^]";
    else if (end > 0) {
      const inner = glob.slice(i, end).replace(/[\\\]^[]/g, "\\$&").replace(/^!/, "^");
      out += `[${inner}]`;
      i = end + 1;
    } else out += c.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  }
  return new RegExp(`^${out}$`);
};
const globs = (patterns) => {
  const each = patterns.map((p) => pattern(p.toLowerCase())), all = patterns.includes("*");
  return (name) => all || (name !== null && each.some((p) => p.test(name.toLowerCase())));
};
const inScope = ({ scope = {}, exclusions = {} }) => {
  const wanted = ["purposes", "models"].map((name) => globs(scope[name] ?? ["*"]));
  const out = ["purposes", "models"].map((name) => (exclusions[name]?.length ? globs(exclusions[name]) : () => false));
  return ([purpose, model, , project]) =>
    wanted[0](purpose) && wanted[1](model) && !out[0](purpose) && !out[1](model) &&
    (!scope.projects?.length || scope.projects.includes(project)) && !exclusions.projects?.includes(project);
};
const MET = "met", NOT = "not met", UNKNOWN = "cannot tell";
const told = (evidence, met, known = true) => [met ? (known ? MET : UNKNOWN) : NOT, evidence];
const worst = (results) => [NOT, UNKNOWN].find((each) => results.includes(each)) ?? MET;
const fitting = (check) => {
  const wanted = [["purpose", "purposes"], ["model", "models"], ["endpoint", "endpoints"]]
    .filter(([, name]) => check[name]?.length).map(([field, name]) => [field, globs(check[name])]);
  return (row) => wanted.every(([field, fits]) => fits(row[field]));
};
const monthsBefore = (end, months) => {
  const at = new Date(end), day = at.getUTCDate();
  at.setUTCDate(1);
  at.setUTCMonth(at.getUTCMonth() - months);
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  at.setUTCDate(Math.min(day, last));
  return Math.max(0, at.getTime());
};
// Whether billed × percent is reached, in whole numbers.
const reached = (covered, billed, percent) => {
  const [whole, part = ""] = percent.split(".");
  return covered * 100n * 10n ** BigInt(part.length) >= billed * BigInt(whole + part);
};
const isSigned = async (digest, envelope, { keys, threshold = 1 }) => {
  if (!envelope) return false;
  const distinct = new Map();
  for (const line of keys) { const key = await vkey(line); distinct.set(key.keyid, key); }
  let signed = 0;
  for (const key of distinct.values()) if (await signedBy(envelope, key)) signed += 1;
  const said = parsed(b64(envelope.payload), "policy");
  return signed >= threshold && envelope.payloadType === W.policyType &&
    String(said.digest).replace(/^sha256:/, "") === digest;
};
const CHECKS = {
  no_observed: (_, s) => s.calls("observed", s.left.filter((r) => r.effect === "observed")),
  no_use: (c, s) => s.calls("letThrough", s.left.filter(fitting(c))),
  only_use: (c, s) => s.calls("outside", s.left.filter((r) => !fitting(c)(r))),
  declared: (_, s) => s.calls("undeclared", s.left.filter((r) => r.purpose === null)),
  calls: (c, s) => s.calls("letThrough", s.left, BigInt(c.at_most)),
  no_activity: (_, s, spoken) => told({ letThrough: spoken.decisions, unread: spoken.unread }, !some(spoken.decisions), !some(spoken.unread)),
  refusals: (c, _, spoken) => {
    const evidence = { refused: spoken.decisions, unread: spoken.unread };
    const seen = count(spoken.decisions), most = seen + count(spoken.unread), least = BigInt(c.at_least ?? 0);
    if (c.at_most !== undefined && seen > BigInt(c.at_most)) return told(evidence, false);
    if (seen < least) return most >= least ? told(evidence, true, false) : told(evidence, false);
    return told(evidence, true, c.at_most === undefined || most <= BigInt(c.at_most));
  },
  enforced: (_, s) => {
    const of = (test) => s.p.policies.filter(test).map((each) => each.digest.sha256);
    const observing = of((each) => !["enforce", null].includes(each.mode)), unknown = of((each) => each.mode === null);
    return told({ observing, unknown }, !observing.length, !unknown.length);
  },
  whole_period: (_, s) => {
    const trailBegan = s.p.integrity.trailBegan;
    return trailBegan === null ? [UNKNOWN, { trailBegan }] : told({ trailBegan }, trailBegan <= s.p.period.from);
  },
  recorded: (_, s) => {
    const { problems, decisionsWithoutBody, pending } = s.p.integrity;
    const evidence = { problems: problems.length, decisionsWithoutBody, unopened: s.p.use.unopened, pending };
    return told(evidence, !Object.values(evidence).some(some));
  },
  concluded: (c, s) => {
    const { unknownOutcomes } = s.p.integrity;
    return told({ unknownOutcomes }, count(unknownOutcomes) <= BigInt(c.unknown_at_most ?? 0));
  },
  longest_gap: (c, s) => told(s.f.longestGap, s.f.longestGap.seconds <= seconds(c.at_most)),
  anchored: (c, s) => {
    const { witnesses, secondsSince } = s.p.anchors, seen = witnesses.filter((each) => each.size !== null).length;
    return told({ witnesses: seen, secondsSince }, secondsSince !== null && secondsSince <= seconds(c.within) && seen >= (c.witnesses ?? 0));
  },
  policies_signed: async (c, s) => {
    const by = new Map(s.f.signatures.map((each) => [each.digest, each.envelope])), unsigned = [];
    for (const { digest } of s.p.policies) if (!await isSigned(digest.sha256, by.get(digest.sha256), c)) unsigned.push(digest.sha256);
    return told({ unsigned }, !unsigned.length);
  },
  retention: (c, s) => {
    const prunedBefore = s.f.pruned.before;
    return told({ prunedBefore }, prunedBefore === null || Date.parse(prunedBefore) <= monthsBefore(s.p.period.to, c.months));
  },
  coverage: (c, s) => {
    if (!s.p.coverage) return [UNKNOWN, {}];
    const { requests, missingDays, provisional: growing } = s.p.coverage;
    const covered = count(requests.covered), billed = count(requests.billed), missing = count(missingDays);
    const evidence = { covered: number(covered), billed: number(billed), missingDays: number(missing) };
    return told(evidence, reached(covered, billed, c.at_least), missing === 0n && !growing.length);
  },
  no_open_incident: (_, s) => told({ open: s.f.incidents.open }, !some(s.f.incidents.open)),
};
const answered = async (predicate) => {
  const { terms, figures } = predicate.contract;
  const seen = {
    p: predicate, f: figures, left: figures.rows.filter((row) => LEFT.includes(row.effect)),
    calls: (name, rows, most = 0n) => {
      const n = sum(rows.map((row) => row.decisions));
      return told({ [name]: number(n) }, n <= most, !some(predicate.use.unopened));
    },
  };
  // A trail that does not hold, or began after the period, can prove a breach alone.
  const { problems, trailBegan } = predicate.integrity;
  const speaks = !problems.length && trailBegan !== null && trailBegan < predicate.period.to;
  const clauses = [];
  for (const clause of terms.clauses) {
    const checks = [];
    for (const [place, each] of clause.checks.entries()) {
      const [name] = Object.keys(each);
      const spoken = figures.spoken?.find((it) => it.clause === clause.id && it.check === place);
      let [result, evidence] = await CHECKS[name](each[name], seen, spoken);
      if (result === MET && !speaks) result = UNKNOWN;
      checks.push({ check: name, result, evidence });
    }
    clauses.push({ id: clause.id, result: worst(checks.map((each) => each.result)), checks });
  }
  return { clauses, result: worst(clauses.map((each) => each.result)) };
};
// What of a contract's own figures entries tell: rows by project, and the longest gap.
const contractFigures = async (predicate, tally) => {
  const { terms, figures } = predicate.contract, fits = inScope(terms), rows = new Map();
  const known = new Map([...tally.known, ...await labelled(figures.openings)]);
  for (const { labels, effect } of tally.borne) {
    const values = SCOPE.map((field) => openedBy(labels, field, known));
    values[3] ??= null;
    if (!values.includes(undefined) && fits(values)) bump(rows, JSON.stringify([...values, effect]));
  }
  const counted = { rows: rowsOf(rows, SCOPE) };
  if (figures.longestGap) {
    const times = [Date.parse(predicate.period.from), ...tally.times, Date.parse(predicate.period.to)].sort((a, b) => a - b);
    let at = 1;
    for (let i = 2; i < times.length; i++) if (times[i] - times[i - 1] > times[at] - times[at - 1]) at = i;
    const [from, to] = [times[at - 1], times[at]];
    counted.longestGap = { seconds: Math.trunc((to - from) / 1000), from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  }
  return counted;
};
