// The page: one stream, everything shown from what it told.
import { ask, session } from "./api.js";
import { Chart } from "./chart.js";
import { BALANCES, COSTS, Costs } from "./costs.js";
import { at, flash, make } from "./dom.js";
import { explain } from "./explain.js";
import { Figures } from "./figures.js";
import { range } from "./range.js";
import { LiveStream } from "./stream.js";
import { Top } from "./top.js";
import { RATIOS, words } from "./words.js";

const KPIS = ["net", "gross", "orders", "units", "cancelled", "returned", "fill_rate"];
const ROWS = ["net", "gross", "orders"];
const FRESHNESS_EVERY = 5_000;

const shown = { values: new Map(), kpi: "net", currency: null, period: null, at: null, changedAt: null, names: {}, state: "connecting" };
const tops = Object.fromEntries(["partner", "product"].map((by) => [by, new Top(by, ROWS, () => draw())]));
const costs = new Costs(() => draw());
let stream = null;
let begun = 0;
let drawing = false;

const chart = new Chart(at("chart"), {
  hover: (period) => { shown.period = period; readout(); },
  pick: (period) => { const value = find(shown.kpi, range.grain, period); if (value) explain(value, words.period(range.grain, period)); },
});

// --- what is known: values by KPI, grouping and group ---
const keyOf = (value) => [value.kpi, value.by.join(), ...value.by.map((name) => value.group[name])].join("\u0000");
const find = (kpi, by = "", group = null) => shown.values.get([kpi, by, ...(by ? [group] : [])].join("\u0000"));
const chosenPeriod = () => at("period").selectedOptions[0].textContent;
const upTo = () => words.say("upTo", { day: words.day(range.to ?? range.last) });
const figures = new Figures("figures", KPIS, (kpi) => find(kpi), chosenPeriod);
const costFigures = new Figures("cost-figures", COSTS, (kpi) => costs.find(kpi, find("gross")?.currency), (kpi) => (BALANCES.has(kpi) ? upTo() : chosenPeriod()));
const groupsOf = (by) => [...new Set([...shown.values.values()].filter((one) => one.by.join() === by).map((one) => one.group[by]))];

async function follow() {
  const mine = ++begun;
  stream?.close();
  shown.values.clear();
  state("connecting");
  try {
    await range.look(words.language);
  } catch (error) {
    if (mine !== begun) return;
    failed(error);
    if (shown.state === "failed") setTimeout(() => { if (mine === begun) follow(); }, 2_000);
    return;
  }
  if (mine !== begun) return;
  const asked = range.asked();
  if (shown.currency) asked.set("currency", shown.currency);
  for (const one of [costs, ...Object.values(tops)]) one.follow(asked);
  const params = new URLSearchParams([...asked, ["kpi", KPIS.join()], ["by", ""]]);
  for (const by of [range.grain, "channel_type", "territory"]) params.append("by", by);
  const [first, last] = range.shown();
  at("range").textContent = first ? words.days(first, last) : words.say("always");
  stream = new LiveStream(`/v1/live?${params}`, words.language, { told, state, failed });
  freshness();
}

function told(name, data) {
  const whole = name === "snapshot";
  if (whole) shown.values.clear();
  if (whole && !shown.currency && severalCurrencies(data.values)) return;
  const changed = new Set();
  for (const value of data.values) {
    shown.values.set(keyOf(value), value);
    if (!whole) changed.add(keyOf(value));
  }
  shown.at = data.at;
  if (!whole) {
    shown.changedAt = Date.now();
    for (const top of Object.values(tops)) top.changed();
  }
  state("live");
  draw(changed);
}

// Money of two currencies is never added up: with several, one is chosen and everything is asked for that one.
function severalCurrencies(values) {
  const gross = values.filter((one) => one.kpi === "gross" && one.by.length === 0).sort((a, b) => b.value - a.value);
  if (gross.length < 2) return false;
  at("currency").replaceChildren(...gross.map((one) => make("option", { value: one.currency, textContent: one.currency })));
  at("currency-label").hidden = false;
  shown.currency = gross[0].currency;
  follow();
  return true;
}

// --- drawing, at most once for each frame of the screen ---
let flashing = new Set();
function draw(changed = new Set()) {
  changed.forEach((key) => flashing.add(key));
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    const keys = flashing;
    flashing = new Set();
    figures.draw((kpi) => keys.has([kpi, ""].join("\u0000")));
    at("costs").hidden = !costs.any;
    costFigures.draw();
    drawChart();
    for (const [by, nameOf] of [["channel_type", (id) => words.of("channel_type", id)], ["territory", (id) => shown.names[id] ?? id ?? words.say("none")]]) {
      table(by, groupsOf(by), (kpi, id) => find(kpi, by, id), nameOf, keys);
    }
    for (const [by, top] of Object.entries(tops)) table(by, top.ids, (kpi, id) => top.find(kpi, id), (id) => top.names[id] ?? id ?? words.say("none"), keys, find("net"));
    lastChange();
    if (groupsOf("territory").some((id) => id && !(id in shown.names))) namesOfTerritories();
  });
}

const format = (number, compact) => words.value(shown.kpi, String(number), currencyOf(shown.kpi), { compact });
const currencyOf = (kpi) => find(kpi)?.currency ?? null;

function drawChart() {
  const ratio = RATIOS.has(shown.kpi);
  const { grain } = range;
  const valueOf = (period) => Number(find(shown.kpi, grain, period)?.value ?? (ratio ? NaN : 0));
  const byPeriod = new Map(groupsOf(grain).map((period) => [period, valueOf(period)]).filter(([, value]) => !Number.isNaN(value)));
  at("chart-title").textContent = `${words.of("kpis", shown.kpi)}, ${words.say(`per_${grain}`)}`;
  if (range.outgrown([...byPeriod.keys()])) return follow();
  chart.show(byPeriod, { grain, ratio, format });
  readout();
  if (at("periods").closest("details").open) periodsTable();
}

function readout() {
  const period = shown.period ?? chart.names.at(-1);
  const value = period && find(shown.kpi, range.grain, period);
  at("readout").textContent = period
    ? `${words.period(range.grain, period)}: ${value ? words.value(shown.kpi, value.value, value.currency) : "–"}` : words.say("noData");
}

function periodsTable() {
  const name = (period) => words.period(range.grain, period);
  const body = make("tbody", {}, ...chart.names.toReversed().map((period) => make("tr", {}, make("th", { scope: "row", textContent: name(period) }),
    ...KPIS.map((kpi) => make("td", {}, number(find(kpi, range.grain, period), name(period)))))));
  at("periods").replaceChildren(head([range.grain], KPIS), body);
}

// all is what shares are of: a value, or else the sum of these.
function table(by, ids, valueOf, nameOf, changed, all) {
  const element = at(by);
  const groups = ids.map((id) => ({ id, net: Number(valueOf("net", id)?.value ?? 0) })).sort((a, b) => b.net - a.net || String(a.id).localeCompare(b.id));
  if (!groups.length) return element.replaceChildren(make("caption", { className: "empty", textContent: words.say("noData") }));
  const whole = (all ? Number(all.value) : groups.reduce((sum, one) => sum + Math.max(0, one.net), 0)) || 1;
  const body = make("tbody", {}, ...groups.map(({ id, net }) => {
    const part = Math.max(0, net / whole);
    const meter = make("meter", { min: 0, max: 1, value: part, ariaLabel: words.say("share") });
    const row = make("tr", {}, make("th", { scope: "row", textContent: nameOf(id) }),
      ...ROWS.map((kpi) => make("td", { className: kpi === "gross" ? "second" : "" }, number(valueOf(kpi, id), nameOf(id)))),
      make("td", { className: "bar" }, make("span", { textContent: words.share(part) }), meter));
    if (ROWS.some((kpi) => changed.has([kpi, by, id].join("\u0000")))) flash(row);
    return row;
  }));
  element.replaceChildren(head(["name"], ROWS, [["share", "bar"]]), body);
}

function head(before, kpis, after = []) {
  const cells = [...before.map((name) => [words.say(name), ""]), ...kpis.map((kpi) => [words.of("kpis", kpi), kpi === "gross" && after.length ? "second" : ""]), ...after.map(([name, style]) => [words.say(name), style])];
  return make("thead", {}, make("tr", {}, ...cells.map(([text, className]) => make("th", { scope: "col", textContent: text, className }))));
}

function number(value, title) {
  if (!value) return "–";
  const button = make("button", { type: "button", textContent: words.value(value.kpi, value.value, value.currency) });
  button.addEventListener("click", () => explain(value, title));
  return button;
}

let asking = false;
async function namesOfTerritories() {
  if (asking) return;
  asking = true;
  try {
    const { values } = await ask("/v1/kpis/orders?group_by=territory", words.language);
    for (const one of values) if (one.group.territory) shown.names[one.group.territory] = one.names.territory ?? one.group.territory;
    draw();
  } catch {
    for (const id of groupsOf("territory")) shown.names[id] ??= id;
  }
  asking = false;
}

// --- freshness and state ---
let timer = null;
async function freshness() {
  clearTimeout(timer);
  const mine = stream;
  try {
    const since = new Date(Date.now() - 300_000).toISOString();
    const one = await ask(`/v1/freshness?since=${since}`, words.language);
    const ms = (number) => (number === null ? "–" : number < 1000 ? `${Math.round(number)} ms` : `${(number / 1000).toFixed(1)} s`);
    at("p50").textContent = ms(one.p50_ms);
    at("p99").textContent = ms(one.p99_ms);
    at("fresh-note").textContent = words.say("freshNote");
  } catch (error) {
    at("p50").textContent = at("p99").textContent = "–";
    at("fresh-note").textContent = error.code === "freshness_elsewhere" ? words.say("freshElsewhere") : "";
  }
  await lacking();
  if (mine === stream && shown.state !== "signed-out") timer = setTimeout(freshness, FRESHNESS_EVERY);
}

// What the figures lack, as the service itself says.
async function lacking() {
  const { lacks } = await ask(`/v1/kpis/net?from=${range.last ?? ""}`.replace(/\?from=$/, ""), words.language).catch(() => ({ lacks: [] }));
  at("lacking").hidden = !lacks.length || !range.last;
  const each = [...new Set(lacks.map((one) => words.say("lack", { source: one.source, reason: words.of("lacks", one.reason) })))];
  at("lacking").textContent = `${words.say("incomplete")} ${each.join(" ")}`;
}

function lastChange() {
  at("last-change").textContent = shown.changedAt ? words.say("ago", { n: Math.round((Date.now() - shown.changedAt) / 1000) }) : "–";
}
setInterval(lastChange, 1000);

function state(name) {
  shown.state = name;
  at("state").dataset.state = name;
  const text = { "signed-out": "signedOut", failed: "failed" }[name] ?? name;
  const said = words.say(text) + (name === "live" && shown.at ? ` · ${words.time(shown.at)}` : "");
  if (at("state-text").textContent !== said) at("state-text").textContent = said;
}

function failed(error) {
  if (error.status !== 401 && error.status !== 403) {
    state("failed");
    at("state-text").textContent = `${words.say("failed")}: ${error.message}`;
    return;
  }
  state("signed-out");
  clearTimeout(timer);
  const why = at("sign-in-why");
  why.hidden = !session.token;
  why.textContent = words.say(error.status === 403 ? "forbidden" : error.code === "token_expired" ? "expired" : "refused");
  at("sign-out").hidden = true;
  if (!at("sign-in").open) at("sign-in").showModal();
}

// --- what can be chosen ---
function say() {
  document.documentElement.lang = words.language === "zh" ? "zh-CN" : "en";
  document.title = `Qudao · ${words.say("title")}`;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = words.say(element.dataset.text);
  const dark = document.documentElement.dataset.theme === "dark";
  at("theme").textContent = words.say(dark ? "light" : "dark");
  at("sign-out").hidden = !session.token;
  at("kpis").replaceChildren(...KPIS.map((kpi) => {
    const button = make("button", { type: "button", textContent: words.of("kpis", kpi) });
    button.setAttribute("aria-pressed", String(kpi === shown.kpi));
    button.addEventListener("click", () => { shown.kpi = kpi; say(); draw(); });
    return button;
  }));
  state(shown.state);
}

function theme(name) {
  document.documentElement.dataset.theme = name;
  say();
  draw();
}

at("language").addEventListener("change", (event) => { words.choose(event.target.value); say(); follow(); });
at("theme").addEventListener("click", () => {
  const name = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  localStorage.setItem("theme", name);
  theme(name);
});
at("currency").addEventListener("change", (event) => { shown.currency = event.target.value; follow(); });
at("periods").closest("details").addEventListener("toggle", () => drawChart());
at("sign-out").addEventListener("click", () => { session.token = null; location.reload(); });
at("sign-in").addEventListener("submit", () => { session.token = at("token").value; at("token").value = ""; say(); follow(); });
at("sign-in").addEventListener("cancel", (event) => event.preventDefault());

// A link with a token, opened where the page is open already, changes nothing but the part behind the #.
addEventListener("hashchange", () => {
  if (!session.takeFromAddress()) return;
  at("sign-in").close();
  say();
  follow();
});

// A browser keeps a page that was left, with its stream, for a minute; of six such it opens no connection any more.
addEventListener("pagehide", () => stream?.close());
addEventListener("pageshow", (event) => { if (event.persisted) follow(); });

session.takeFromAddress();
document.documentElement.dataset.theme = localStorage.getItem("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
at("language").value = words.language;
range.chosen(follow);
say();
follow();
