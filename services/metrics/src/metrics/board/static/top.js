// Partners and products: too many to follow each, so the highest are asked for, and again a while after something changed.
import { ask } from "./api.js";
import { words } from "./words.js";

const MOST = 10;
const EVERY = 5_000;

export class Top {
  // kpis[0] decides which are the highest; shown() is called when others, or other values, are known.
  constructor(by, kpis, shown) {
    Object.assign(this, { by, kpis, shown, values: new Map(), ids: [], names: {}, asked: null, timer: null, busy: false });
  }

  // The parameters of the question: everything is asked anew.
  follow(asked) {
    Object.assign(this, { asked: asked.toString(), values: new Map(), ids: [] });
    clearTimeout(this.timer);
    this.timer = null;
    this.refresh();
  }

  // Something came in: what is shown is old in a while.
  changed() {
    this.timer ??= setTimeout(() => { this.timer = null; this.refresh(); }, EVERY);
  }

  async refresh() {
    const asked = this.asked;
    if (this.busy || asked === null) return;
    this.busy = true;
    try {
      const [first, ...others] = this.kpis;
      const highest = await this.ask(first, `order=-value&limit=${MOST}`, asked);
      const ids = highest.map((one) => one.group[this.by]);
      const these = new URLSearchParams(ids.map((id) => [this.by, id ?? ""])).toString();
      const rest = ids.length ? await Promise.all(others.map((kpi) => this.ask(kpi, these, asked))) : [];
      if (asked === this.asked) {
        this.ids = ids;
        this.names = Object.fromEntries(highest.map((one) => [one.group[this.by], one.names[this.by]]));
        this.values = new Map([highest, ...rest].flat().map((one) => [`${one.kpi}\u0000${one.group[this.by]}`, one]));
        this.shown();
      }
    } catch {
      this.changed(); // the stream says what is wrong; here it is tried again
    }
    this.busy = false;
    if (asked !== this.asked) this.refresh();
  }

  async ask(kpi, more, asked) {
    const { values } = await ask(`/v1/kpis/${kpi}?group_by=${this.by}&${more}&${asked}`, words.language);
    return values.map((one) => ({ ...one, kpi, by: [this.by] }));
  }

  find(kpi, id) {
    return this.values.get(`${kpi}\u0000${id}`);
  }
}
