// The chart over time: the last value of each period, drawn again whenever one changes.
import { DAY, allFrom, beginOfNamed, nameOf } from "./periods.js";
import { words } from "./words.js";

const STEPS = { day: [1, 2, 7, 14, 28, 56, 91], week: [1, 2, 4, 8, 13, 26, 52], month: [1, 2, 3, 6, 12, 24, 60], quarter: [1, 2, 4, 8, 20] };
const LABEL = 76; // pixels between two of them at least

export class Chart {
  // hover(period or null) follows the pointer; pick(period) is a click. Periods are texts like 2026-11-24 or 2026-W48.
  constructor(element, { hover, pick }) {
    Object.assign(this, { element, hover, pick, plot: null, names: [], values: [] });
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(element);
    element.addEventListener("click", () => this.plot?.cursor.idx != null && this.pick(this.names[this.plot.cursor.idx]));
  }

  size() {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  // byName: Map of period to number. A period without facts is 0 of a sum, and nothing of a ratio.
  show(byName, { grain, ratio, format }) {
    const known = [...byName.keys()].map((name) => beginOfNamed(grain, name));
    const begins = known.length ? allFrom(grain, Math.min(...known), Math.max(...known)) : [];
    this.names = begins.map((begin) => nameOf(grain, begin));
    this.values = this.names.map((name) => byName.get(name) ?? (ratio ? null : 0));
    this.format = format;
    const data = [begins.map((begin) => begin / 1000), this.values];
    const shape = `${grain} ${ratio} ${words.language} ${document.documentElement.dataset.theme}`;
    if (this.plot && this.shape === shape) return this.plot.setData(data);
    this.plot?.destroy();
    this.shape = shape;
    this.plot = new uPlot(this.options(grain, ratio), data, this.element);
  }

  // Every so manieth period, so that labels have room; of months and quarters those that divide a year.
  ticks(grain, plot) {
    const begins = plot.data[0];
    const room = Math.max(1, Math.floor(plot.bbox.width / devicePixelRatio / LABEL));
    const step = STEPS[grain].find((one) => begins.length / one <= room) ?? Math.ceil(begins.length / room);
    const place = { month: (at) => at.getUTCMonth() + 12 * at.getUTCFullYear(), quarter: (at) => at.getUTCMonth() / 3 + 4 * at.getUTCFullYear() }[grain];
    const ticks = begins.filter((seconds, n) => (place ? place(new Date(seconds * 1000)) : n) % step === 0);
    return ticks.length ? ticks : begins.slice(0, 1);
  }

  // With the year under the first, and under each that begins another.
  labels(grain, ticks) {
    const years = ticks.map((seconds) => words.yearOf(grain, seconds * 1000));
    return ticks.map((seconds, n) => words.tick(grain, seconds * 1000) + (years[n] === years[n - 1] ? "" : `\n${years[n]}`));
  }

  options(grain, ratio) {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const around = (low, high) => (this.names.length === 1 ? [low - DAY / 1000, low + DAY / 1000] : [low, high]);
    return {
      ...this.size(),
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      legend: { show: false },
      padding: [12, 28, 0, 0],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 9, fill: colour("--accent"), stroke: colour("--card"), width: 2 } },
      scales: {
        x: { time: true, range: (_, low, high) => (low === null ? [0, 1] : around(low, high)) },
        y: { range: (_, low, high) => (ratio ? [Math.max(0, low - 0.02), Math.min(1, high + 0.01)] : [Math.min(0, low), high * 1.06 || 1]) },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 44, splits: (plot) => this.ticks(grain, plot), values: (_, ticks) => this.labels(grain, ticks) },
        { ...axis, size: 76, values: (_, ticks) => ticks.map((tick) => this.format(tick, true)) },
      ],
      series: [{}, {
        stroke: colour("--accent"), width: 2, fill: `${colour("--accent")}22`, spanGaps: false,
        points: { show: (_, series, from, to) => to - from < 62, size: 5, fill: colour("--accent") },
      }],
      hooks: { setCursor: [(plot) => this.hover(plot.cursor.idx == null ? null : this.names[plot.cursor.idx])] },
    };
  }
}
