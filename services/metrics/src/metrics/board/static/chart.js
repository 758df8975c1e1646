// The chart over days: the last value of each day, drawn again whenever one changes.
import { words } from "./words.js";

const DAY = 86_400;

export class Chart {
  // hover(day or null) follows the pointer; pick(day) is a click. Days are texts like 2026-11-24.
  constructor(element, { hover, pick }) {
    Object.assign(this, { element, hover, pick, plot: null, days: [], values: [] });
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(element);
    element.addEventListener("click", () => this.plot?.cursor.idx != null && this.pick(this.days[this.plot.cursor.idx]));
  }

  size() {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  // byDay: Map of day to number. A day without facts is 0 of a sum, and nothing of a ratio.
  show(byDay, { ratio, format }) {
    const known = [...byDay.keys()].sort();
    this.days = known.length ? daysFrom(known[0], known.at(-1)) : [];
    this.values = this.days.map((day) => byDay.get(day) ?? (ratio ? null : 0));
    this.format = format;
    const data = [this.days.map((day) => Date.parse(day) / 1000), this.values];
    const shape = `${ratio} ${words.language} ${document.documentElement.dataset.theme}`;
    if (this.plot && this.shape === shape) return this.plot.setData(data);
    this.plot?.destroy();
    this.shape = shape;
    this.plot = new uPlot(this.options(ratio), data, this.element);
  }

  options(ratio) {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const short = new Intl.DateTimeFormat(words.locale, { month: "short", day: "numeric", timeZone: "UTC" });
    return {
      ...this.size(),
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      legend: { show: false },
      padding: [12, 20, 0, 0],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 9, fill: colour("--accent"), stroke: colour("--card"), width: 2 } },
      scales: { x: { time: true }, y: { range: (_, low, high) => (ratio ? [Math.max(0, low - 0.02), Math.min(1, high + 0.01)] : [Math.min(0, low), high * 1.06 || 1]) } },
      axes: [
        { ...axis, grid: { show: false }, space: 70, size: 30, incrs: [1, 2, 7, 14, 28, 56, 182, 364].map((days) => days * DAY), values: (_, ticks) => ticks.map((tick) => short.format(tick * 1000)) },
        { ...axis, size: 76, values: (_, ticks) => ticks.map((tick) => this.format(tick, true)) },
      ],
      series: [{}, {
        stroke: colour("--accent"), width: 2, fill: `${colour("--accent")}22`, spanGaps: false,
        points: { show: (_, series, from, to) => to - from < 62, size: 5, fill: colour("--accent") },
      }],
      hooks: { setCursor: [(plot) => this.hover(plot.cursor.idx == null ? null : this.days[plot.cursor.idx])] },
    };
  }
}

function daysFrom(first, last) {
  const days = [];
  for (let at = Date.parse(first) / 1000; at <= Date.parse(last) / 1000; at += DAY) days.push(new Date(at * 1000).toISOString().slice(0, 10));
  return days;
}
