// The provider's bill held against the trail: what follows from the section `coverage`
// itself and from entries. What its responses say is computed by `affidavit verify`.
const FAMILIES = {
  "chat.completions": "completions", completions: "completions", responses: "completions",
  "responses.compact": "completions", "responses.connect": "completions", "realtime.connect": "completions",
  "threads.create_and_run": "completions", "threads.runs.create": "completions",
  embeddings: "embeddings", moderations: "moderations", decisions: "decisions",
  "images.generations": "images", "images.edits": "images", "images.variations": "images",
  "audio.speech": "audio_speeches", "audio.transcriptions": "audio_transcriptions", "audio.translations": "audio_transcriptions",
};
const FIVE = ["billed", "recorded", "covered", "uncovered", "excess"];
const DAY = 86400000;
const midnight = (day) => `${day}T00:00:00.000Z`;
const five = (amounts) => Object.fromEntries(FIVE.map((name) => [name, count(amounts[name])]));
const share = (covered, billed) => {
  if (billed === 0n) return null;
  const parts = String(covered * 10000n / billed).padStart(5, "0");
  return `${parts.slice(0, -4)}.${parts.slice(-4)}`;
};
// UTC days of [from, to) that were not over for two whole days when the bill was fetched.
const provisional = (from, to, fetched) => {
  const days = [], latest = Date.parse(midnight(fetched.slice(0, 10))) - 3 * DAY;
  for (let at = Date.parse(midnight(from)); at < Date.parse(midnight(to)); at += DAY)
    if (at >= latest) days.push(new Date(at).toISOString().slice(0, 10));
  return days;
};
const missingDays = (period, { from, to }) => {
  const dayOf = (at) => Math.floor(at / DAY);
  const whole = dayOf(Date.parse(period.to) - 1) - dayOf(Date.parse(period.from)) + 1;
  return whole - (Date.parse(midnight(to)) - Date.parse(midnight(from))) / DAY;
};
const coverageOdds = ({ coverage, period }) => {
  const found = [], total = five(coverage.requests);
  const fail = (path) => found.push(`coverage.${path}`);
  for (const name of ["requests", "inputTokens", "outputTokens"]) {
    const each = five(coverage[name]);
    if (each.covered + each.uncovered !== each.billed || each.covered + each.excess !== each.recorded) fail(name);
  }
  const rows = coverage.recorded;
  const summed = {
    requests: sum(rows.flatMap((r) => [r.calls, r.batched])),
    inputTokens: sum(rows.map((r) => r.inputTokens)), outputTokens: sum(rows.map((r) => r.outputTokens)),
  };
  for (const [name, n] of Object.entries(summed)) if (count(coverage[name].recorded) !== n) fail(`${name}.recorded`);
  for (const [list, names] of [["days", FIVE], ["gaps", ["uncovered", "excess"]]])
    for (const name of names)
      if (sum(coverage[list].map((each) => each.requests[name])) !== total[name]) fail(`${list}.${name}`);
  if (coverage.share !== share(total.covered, total.billed)) fail("share");
  const { from, to } = coverage.period;
  if (midnight(from) < period.from || midnight(to) > period.to || from >= to) fail("period");
  if (rows.some((r) => r.day < from || r.day >= to)) fail("recorded.day");
  if (missingDays(period, coverage.period) !== Number(coverage.missingDays)) fail("missingDays");
  if (canon(provisional(from, to, coverage.fetched)) !== canon(coverage.provisional)) fail("provisional");
  const projects = [...new Set(rows.map((r) => r.project).filter(Boolean))].sort(byPoints);
  if (canon(coverage.openings.map((o) => o.value)) !== canon(projects)) fail("openings");
  return found;
};
// Calls that left, by day, kind, project and model, against the section's rows.
const coverageRecount = async ({ coverage }, tally) => {
  const known = new Map([...tally.known, ...await labelled(coverage.openings)]);
  const counted = new Map(), told = new Map();
  const from = midnight(coverage.period.from), to = midnight(coverage.period.to);
  for (const { labels, effect, at } of tally.borne) {
    if (at < from || at >= to || !LEFT.includes(effect)) continue;
    const value = (field) => openedBy(labels, field, known) ?? (labels?.[field] === undefined ? null : `(${labels[field]})`);
    const family = FAMILIES[value("endpoint") ?? ""];
    if (family) bump(counted, JSON.stringify([at.slice(0, 10), family, value("project"), value("model")]));
  }
  for (const r of coverage.recorded)
    bump(told, JSON.stringify([r.day, r.family, r.project, r.asked]), Number(count(r.calls) + count(r.handshakes)));
  const lost = Number(count(coverage.withoutBody)), found = [];
  let missing = 0;
  for (const key of new Set([...counted.keys(), ...told.keys()])) {
    const mine = counted.get(key) ?? 0, said = told.get(key) ?? 0;
    missing += mine - said;
    if (mine < said || (mine > said && !lost)) found.push(`coverage.recorded ${key}: ${said} ≠ ${mine}`);
  }
  if (!found.length && missing > lost) found.push(`coverage.withoutBody: ${lost} ≠ ${missing}`);
  return found;
};
