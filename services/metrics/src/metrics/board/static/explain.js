// What is behind a number: its formula, the facts that add up to it, and the event of each fact.
import { ask, session } from "./api.js";
import { at, make } from "./dom.js";
import { words } from "./words.js";

// What is told of a fact, by the heading of its column; of a ratio over both, a line of an order tells its own under the other's.
const CELLS = {
  day: (fact) => words.day(fact.occurred_on),
  order: (fact) => fact.order_id,
  entry: (fact) => fact.entry_id ?? fact.statement ?? fact.order_id,
  partner: (fact) => fact.partner,
  kind: (fact) => words.of("kinds", fact.kind),
  product: (fact) => fact.product,
  rule: (fact) => fact.product ?? [fact.plan, fact.rule].filter(Boolean).join(" · "),
  units: (fact) => words.exact(fact.units),
};
const OF_LINES = ["day", "order", "partner", "kind", "product", "units", "adds", "event"];
const OF_INCENTIVES = ["day", "entry", "partner", "kind", "rule", "adds", "event"];

const dialog = at("explain");
let opened = 0;

at("explain-close").addEventListener("click", () => dialog.close());

// value is one of the stream; title names its group.
export async function explain(value, title) {
  const mine = ++opened;
  at("explain-title").textContent = [words.of("kpis", value.kpi), title].filter(Boolean).join(" · ");
  const body = at("explain-body");
  body.replaceChildren();
  if (!dialog.open) dialog.showModal();
  try {
    const { items } = await ask("/v1/kpis", words.language);
    if (mine !== opened) return;
    const definition = items.find((one) => one.kpi === value.kpi);
    const rows = make("tbody");
    const more = make("button", { type: "button", className: "plain", textContent: words.say("more"), hidden: true });
    const names = value.kpi.startsWith("incentive") ? OF_INCENTIVES : OF_LINES;
    const facts = make("section", { className: "scroll" }, factsTable(names, rows));
    const event = make("section", { hidden: true });
    body.append(summary(value, definition), make("p", { className: "muted", textContent: words.say("factsNote") }), facts, more, event);
    const show = (fact) => showEvent(fact, event, [facts, more]);
    let next = await page(names, value.facts, null, rows, value, show);
    more.hidden = !next;
    more.addEventListener("click", async () => {
      next = await page(names, value.facts, next, rows, value, show);
      more.hidden = !next;
    });
  } catch (error) {
    body.append(make("p", { className: "problem", textContent: error.message }));
  }
}

function summary(value, definition) {
  const pair = (name, text) => make("p", { className: "muted" }, `${words.say(name)}: `, make("code", { textContent: text }));
  return make("section", {},
    make("p", { className: "total", textContent: words.value(value.kpi, value.value, value.currency) }),
    pair("formula", `${definition.formula}  (v${definition.version})`),
    value.denominator === null ? pair("exact", words.exact(value.numerator, value.currency)) : pair("numerator", words.exact(value.numerator)),
    value.denominator === null ? null : pair("denominator", words.exact(value.denominator)),
    make("p", { className: "muted", textContent: words.language === "zh" ? definition.zh : definition.description }));
}

function factsTable(names, rows) {
  return make("table", {}, make("thead", {}, make("tr", {}, ...names.map((name) => make("th", { scope: "col", textContent: words.say(name) })))), rows);
}

async function page(names, link, cursor, rows, value, show) {
  const answer = await ask(`${link}${link.includes("?") ? "&" : "?"}limit=20${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`, words.language);
  for (const fact of answer.items) {
    const open = make("button", { type: "button", className: "link", textContent: `…${fact.event_id.slice(-12)}`, title: fact.event_id }); // ids of one minute begin alike
    open.addEventListener("click", () => show(fact));
    const adds = value.denominator === null ? words.exact(fact.numerator, value.currency) : `${words.exact(fact.numerator)} / ${words.exact(fact.denominator)}`;
    const cells = [...names.slice(0, -2).map((name) => CELLS[name](fact)), adds];
    rows.append(make("tr", {}, ...cells.map((text) => make("td", { textContent: text })), make("td", {}, open)));
  }
  return answer.next;
}

async function showEvent(fact, section, others) {
  const back = make("button", { type: "button", className: "plain", textContent: words.say("back") });
  back.addEventListener("click", () => {
    section.hidden = true;
    others.forEach((other) => other.classList.remove("hidden"));
  });
  others.forEach((other) => other.classList.add("hidden"));
  section.replaceChildren(back);
  section.hidden = false;
  const { services = {} } = await ask("/board/services", words.language).catch(() => ({}));
  const base = services[fact.service];
  try {
    if (!base) throw new Error("no address");
    const headers = session.token ? { authorization: `Bearer ${session.token}` } : {};
    const answer = await fetch(base + fact.event, { headers, credentials: "omit" });
    if (!answer.ok) throw new Error(String(answer.status));
    section.append(make("p", { className: "muted", textContent: words.say("eventAt", { service: fact.service }) }), make("pre", { textContent: JSON.stringify(await answer.json(), null, 2) }));
  } catch {
    const curl = `curl -H "authorization: Bearer $TOKEN" ${base ?? `https://${fact.service}`}${fact.event}`;
    section.append(make("p", { className: "muted", textContent: words.say("eventAway", { service: fact.service }) }), make("pre", { textContent: curl }));
  }
}
