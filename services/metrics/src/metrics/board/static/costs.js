// What incentives cost, and how far that is. Asked for and not followed: a stream is by groups that all of its KPIs have, and these have no channel type.
import { ask } from "./api.js";
import { words } from "./words.js";

export const COSTS = ["incentive_cost", "incentive_cost_ratio", "incentives_accrued", "incentives_payable", "incentives_paid"];
export const BALANCES = new Set(["incentives_accrued", "incentives_payable"]); // of the last day, whichever the first is

const EVERY = 30_000;

export class Costs {
  // shown() is called when values are known.
  constructor(shown) {
    Object.assign(this, { shown, values: [], asked: null, timer: null });
  }

  // The parameters of the question: everything is asked anew.
  follow(asked) {
    Object.assign(this, { asked: new URLSearchParams(asked), values: [] });
    this.refresh();
  }

  async refresh() {
    clearTimeout(this.timer);
    const asked = this.asked;
    try {
      const values = (await Promise.all(COSTS.map((kpi) => this.ask(kpi, asked)))).flat();
      if (asked !== this.asked) return;
      this.values = values;
      this.shown();
    } catch {
      if (asked !== this.asked) return; // the stream says what is wrong; here it is asked again
    }
    this.timer = setTimeout(() => this.refresh(), EVERY);
  }

  async ask(kpi, asked) {
    const params = new URLSearchParams(asked);
    if (BALANCES.has(kpi)) params.delete("from");
    const { values } = await ask(`/v1/kpis/${kpi}?${params}`, words.language);
    return values.map((one) => ({ ...one, kpi, by: [] }));
  }

  // Whether there is anything of incentives: what they cost of net sales is told without them too.
  get any() {
    return this.values.some((one) => one.kpi !== "incentive_cost_ratio");
  }

  // In that currency where there are several.
  find(kpi, currency) {
    const values = this.values.filter((one) => one.kpi === kpi);
    return values.find((one) => one.currency === currency) ?? values[0];
  }
}
