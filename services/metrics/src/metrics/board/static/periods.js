// Periods as the service names them: 2026-11-24, 2026-W48, 2026-11, 2026-Q4. A moment here is midnight UTC of a day, in ms.
export const DAY = 86_400_000;
export const GRAINS = ["day", "week", "month", "quarter"];
const MONTHS = { month: 1, quarter: 3 };

const two = (number) => String(number).padStart(2, "0");
const partsOf = (moment) => { const at = new Date(moment); return [at.getUTCFullYear(), at.getUTCMonth()]; };
const monday = (moment) => moment - ((new Date(moment).getUTCDay() + 6) % 7) * DAY;

export const dayOf = (moment) => new Date(moment).toISOString().slice(0, 10);
export const momentOf = (day) => Date.parse(day);

// When the period that a moment is in begins.
export function beginOf(grain, moment) {
  if (grain === "day") return moment;
  if (grain === "week") return monday(moment);
  const [year, month] = partsOf(moment);
  return Date.UTC(year, month - (month % MONTHS[grain]), 1);
}

export function nextOf(grain, begin) {
  if (grain === "day" || grain === "week") return begin + (grain === "day" ? 1 : 7) * DAY;
  const [year, month] = partsOf(begin);
  return Date.UTC(year, month + MONTHS[grain], 1);
}

// The name of the period that begins then.
export function nameOf(grain, begin) {
  if (grain === "day") return dayOf(begin);
  const [year, month] = partsOf(grain === "week" ? begin + 3 * DAY : begin); // a week is of the year of its Thursday
  if (grain === "week") return `${year}-W${two(1 + Math.round((begin - monday(Date.UTC(year, 0, 4))) / (7 * DAY)))}`;
  return grain === "month" ? `${year}-${two(month + 1)}` : `${year}-Q${month / 3 + 1}`;
}

export function beginOfNamed(grain, name) {
  if (grain === "day" || grain === "month") return Date.parse(name);
  const [year, number] = name.split(grain === "week" ? "-W" : "-Q").map(Number);
  return grain === "week" ? monday(Date.UTC(year, 0, 4)) + (number - 1) * 7 * DAY : Date.UTC(year, (number - 1) * 3, 1);
}

// The beginnings of all periods from the first to the last of these moments.
export function allFrom(grain, first, last) {
  const all = [];
  for (let begin = beginOf(grain, first); begin <= last; begin = nextOf(grain, begin)) all.push(begin);
  return all;
}
