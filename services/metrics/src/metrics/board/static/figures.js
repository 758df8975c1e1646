// A row of figures, each a button that explains itself.
import { at, flash, make } from "./dom.js";
import { explain } from "./explain.js";
import { RATIOS, words } from "./words.js";

export class Figures {
  // find(kpi) is the value now; titleOf(kpi) says what of.
  constructor(id, kpis, find, titleOf) {
    Object.assign(this, { id, kpis, find, titleOf });
  }

  // changed(kpi): whether it is marked as just changed.
  draw(changed = () => false) {
    const list = at(this.id);
    if (list.childElementCount !== this.kpis.length || list.dataset.language !== words.language) {
      list.dataset.language = words.language;
      list.replaceChildren(...this.kpis.map((kpi) => make("li", {}, this.button(kpi))));
    }
    for (const kpi of this.kpis) {
      const value = this.find(kpi);
      const button = at(`figure-${kpi}`);
      const text = value ? words.value(kpi, value.value, value.currency, { compact: true }) : RATIOS.has(kpi) ? "–" : "0";
      const exact = value?.denominator ? `${words.value("", value.numerator)} / ${words.value("", value.denominator)}`
        : value?.currency ? words.value(kpi, value.value, value.currency) : "";
      button.querySelector(".value").textContent = text;
      button.querySelector(".exact").textContent = exact === text ? "" : exact;
      button.dataset.value = value?.value ?? "";
      if (changed(kpi)) flash(button);
    }
  }

  button(kpi) {
    const button = make("button", { type: "button", id: `figure-${kpi}` },
      make("span", { className: "name", textContent: words.of("kpis", kpi) }), make("span", { className: "value" }), make("span", { className: "exact" }));
    button.addEventListener("click", () => this.find(kpi) && explain(this.find(kpi), this.titleOf(kpi)));
    return button;
  }
}
