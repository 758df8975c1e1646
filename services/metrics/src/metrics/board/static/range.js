// Which days are shown and in which periods. It opens where the facts are, which may be long ago: not at today.
import { ask } from "./api.js";
import { at } from "./dom.js";
import { DAY, GRAINS, allFrom, beginOfNamed, dayOf, momentOf } from "./periods.js";

// On the axis at most. Seven KPIs of so many periods stay well below the 5,000 groups that one stream may have.
const MOST_PERIODS = 370;
const FINE = { day: 92, week: 105, month: MOST_PERIODS }; // so many are read with ease; of more, longer ones are taken

const OPENS = 90; // days, if many of them have facts: else with all there is
const MANY = 30;

const keep = (name, value) => localStorage.setItem(name, value);

// The first of so many days up to this one.
const daysBefore = (day, count) => dayOf(momentOf(day) - (count - 1) * DAY);

export const range = {
  first: null, // days with facts
  last: null,
  from: null, // what is asked for; null leaves that end open
  to: null,
  grain: "day",

  // Looks where the facts are, and settles what to show.
  async look(language) {
    const days = async (order, limit) => {
      const { values } = await ask(`/v1/kpis/net?group_by=day&limit=${limit}&order=${order}`, language);
      return [...new Set(values.map((one) => one.group.day))].sort();
    };
    const [firsts, lasts] = await Promise.all([days("group", 1), days("-group", MANY)]);
    this.first = firsts[0] ?? null;
    this.last = lasts.at(-1) ?? null;
    if (localStorage.getItem("period") === null) {
      at("period").value = lasts.length >= MANY && lasts.at(-MANY) >= daysBefore(this.last, OPENS) ? OPENS : "";
    }
    this.settle();
  },

  settle() {
    const period = at("period").value;
    if (period === "dates") {
      this.from = at("from").value || null;
      this.to = at("to").value || null;
    } else {
      this.from = period && this.last ? daysBefore(this.last, period) : null;
      this.to = null; // what happens from now on shows as well
      at("from").value = this.from ?? this.first ?? "";
      at("to").value = this.last ?? "";
    }
    const counts = Object.fromEntries(GRAINS.map((grain) => [grain, this.count(grain)]));
    for (const option of at("grain").options) option.disabled = option.value !== "" && counts[option.value] > MOST_PERIODS;
    const chosen = at("grain").value;
    const fine = GRAINS.find((grain) => counts[grain] <= (FINE[grain] ?? MOST_PERIODS)) ?? GRAINS.at(-1);
    this.grain = chosen && counts[chosen] <= MOST_PERIODS ? chosen : fine;
  },

  // Whether facts came in of days so far away that longer periods are wanted; these are the periods that have any now.
  outgrown(names) {
    const begins = names.map((name) => beginOfNamed(this.grain, name));
    const most = MOST_PERIODS * { day: 1, week: 7, month: 31, quarter: 92 }[this.grain] * DAY;
    return this.grain !== GRAINS.at(-1) && Math.max(...begins) - Math.min(...begins) > most && this.count(this.grain) <= MOST_PERIODS;
  },

  count(grain) {
    const [first, last] = this.shown();
    return first && last ? allFrom(grain, momentOf(first), momentOf(last)).length : 0;
  },

  // The first and last day shown: of what is asked for, the part that has facts.
  shown() {
    const first = this.from && this.first ? (this.from > this.first ? this.from : this.first) : this.from ?? this.first;
    const last = this.to && this.last ? (this.to < this.last ? this.to : this.last) : this.to ?? this.last;
    return [first, last];
  },

  // As parameters of a question.
  asked() {
    return new URLSearchParams([["from", this.from], ["to", this.to]].filter(([, day]) => day));
  },

  // Calls back whenever something else is chosen; what was chosen is remembered.
  chosen(changed) {
    const take = (name) => { keep(name, at(name).value); changed(); };
    at("period").addEventListener("change", () => take("period"));
    at("grain").addEventListener("change", () => take("grain"));
    for (const name of ["from", "to"]) {
      at(name).addEventListener("change", () => {
        if (at("from").value && at("to").value && at("from").value > at("to").value) at(name === "from" ? "to" : "from").value = at(name).value;
        at("period").value = "dates";
        keep("period", "dates");
        keep("from", at("from").value);
        take("to");
      });
    }
    for (const name of ["period", "grain", "from", "to"]) at(name).value = localStorage.getItem(name) ?? "";
  },
};
