// Every text of the page in both languages, and how numbers and dates are written.
import { nameOf } from "./periods.js";

export const RATIOS = new Set(["fill_rate", "incentive_cost_ratio"]);

const WORDS = {
  en: {
    title: "Channel board", skip: "Skip to the figures", period: "Period", days30: "Last 30 days", days90: "Last 90 days", days365: "Last 365 days",
    always: "All time", dates: "From, to…", from: "From", to: "To",
    grain: "Steps", fitting: "Fitting steps", byDay: "By day", byWeek: "By week", byMonth: "By month", byQuarter: "By quarter", currency: "Currency", language: "Language", dark: "Dark", light: "Light", signOut: "Sign out", figures: "Figures", costs: "What incentives cost", upTo: "up to {day}",
    asTable: "Show as a table", byChannel: "By channel type", byTerritory: "By territory", byPartner: "Ten highest partners", byProduct: "Ten highest products", freshness: "Freshness",
    p50: "Half are counted within", p99: "99 % are counted within", lastChange: "Last change", close: "Close", signIn: "Sign in",
    signInHow: "Paste an access token. With the local stack, this prints one:", token: "Token", signInDo: "Sign in",
    connecting: "Connecting…", live: "Live", reconnecting: "Connection lost, trying again…", signedOut: "Signed out", failed: "Not available",
    expired: "Your session has ended. Sign in again.", refused: "The token was not accepted.", forbidden: "This token may not read KPIs.",
    day: "Day", week: "Week", month: "Month", quarter: "Quarter", per_day: "per day", per_week: "per week", per_month: "per month", per_quarter: "per quarter",
    name: "Name", share: "Share", none: "none", noData: "No facts in this period yet.",
    incomplete: "Not all facts are counted here.", lack: "{source}: {reason}.",
    lacks: { forked: "its history is another than the one taken in", incomplete: "its topic has a gap", parked: "events wait that could not be taken in", never_seen: "nothing ever came from there", behind: "more is on its way" },
    freshNote: "From an event's recording in its service to its counting here, over the last minutes.",
    freshElsewhere: "Measured by the process that takes events in; this one only answers.",
    formula: "Formula", exact: "Exact", facts: "Facts", factsNote: "Each fact with what it adds; together they are the value.",
    more: "More facts", order: "Order", entry: "Entry", kind: "What", product: "Product", rule: "Plan · rule", units: "Units", adds: "Adds", event: "Event", back: "Back to the facts",
    eventAt: "The log of {service} holds this event:", eventAway: "This page cannot reach {service}. Ask it for the event:", ago: "{n} s ago",
    numerator: "Numerator", denominator: "Denominator", partner: "Partner",
    kpis: { gross: "Gross sales", net: "Net sales", orders: "Orders", units: "Units", cancelled: "Cancelled", returned: "Returned", fill_rate: "Fill rate",
      incentive_cost: "Incentive cost", incentive_cost_ratio: "Of net sales", incentives_accrued: "Accrued (balance)", incentives_payable: "Payable (balance)", incentives_paid: "Paid" },
    kinds: { placed: "placed", cancelled: "cancelled", shipped: "shipped", returned: "returned", delivered: "delivered", returned_without_sale: "returned, sale unknown", corrected: "corrected",
      earned: "earned", clawed_back: "clawed back", adjusted: "adjusted", stated: "stated", paid_out: "paid out", written_off: "written off" },
    channel_type: { direct: "Direct", distributor: "Distributor", agent: "Agent", retailer: "Retailer", store: "Store", ecommerce: "E-commerce", social: "Social" },
  },
  zh: {
    title: "渠道看板", skip: "跳到指标", period: "期间", days30: "近 30 天", days90: "近 90 天", days365: "近 365 天",
    always: "全部", dates: "自选日期…", from: "从", to: "至",
    grain: "粒度", fitting: "自动粒度", byDay: "按日", byWeek: "按周", byMonth: "按月", byQuarter: "按季度", currency: "币种", language: "语言", dark: "深色", light: "浅色", signOut: "退出", figures: "指标", costs: "激励成本", upTo: "截至 {day}",
    asTable: "以表格显示", byChannel: "按渠道类型", byTerritory: "按区域", byPartner: "净额最高的十个合作伙伴", byProduct: "净额最高的十个商品", freshness: "数据时效",
    p50: "半数计入用时不超过", p99: "99% 计入用时不超过", lastChange: "最近变化", close: "关闭", signIn: "登录",
    signInHow: "请粘贴访问令牌。使用本地环境时，可用以下命令生成：", token: "令牌", signInDo: "登录",
    connecting: "正在连接…", live: "实时", reconnecting: "连接已断开，正在重试…", signedOut: "未登录", failed: "暂不可用",
    expired: "会话已结束，请重新登录。", refused: "令牌未被接受。", forbidden: "该令牌无权读取指标。",
    day: "日期", week: "周", month: "月份", quarter: "季度", per_day: "按日", per_week: "按周", per_month: "按月", per_quarter: "按季度",
    name: "名称", share: "占比", none: "无", noData: "该期间还没有数据。",
    incomplete: "数据尚未全部计入。", lack: "{source}：{reason}。",
    lacks: { forked: "其历史与已计入的不同", incomplete: "其主题有缺口", parked: "有事件无法计入，正在等待", never_seen: "从未收到其数据", behind: "还有数据在途" },
    freshNote: "最近几分钟内，事件从在其服务中记录到在此计入所用的时间。",
    freshElsewhere: "由接收事件的进程测量；当前进程只负责查询。",
    formula: "公式", exact: "精确值", facts: "明细", factsNote: "每条明细及其贡献；全部相加即为该值。",
    more: "更多明细", order: "订单", entry: "分录", kind: "类型", product: "商品", rule: "方案 · 规则", units: "数量", adds: "贡献", event: "事件", back: "返回明细",
    eventAt: "{service} 的日志中的该事件：", eventAway: "本页面无法访问 {service}，可用以下命令查询该事件：", ago: "{n} 秒前",
    numerator: "分子", denominator: "分母", partner: "合作伙伴",
    kpis: { gross: "销售总额", net: "销售净额", orders: "订单数", units: "销量", cancelled: "取消金额", returned: "退货金额", fill_rate: "订单行满足率",
      incentive_cost: "激励成本", incentive_cost_ratio: "占销售净额", incentives_accrued: "已计提（余额）", incentives_payable: "应付（余额）", incentives_paid: "已支付" },
    kinds: { placed: "下单", cancelled: "取消", shipped: "发货", returned: "退货", delivered: "签收", returned_without_sale: "退货（原单未知）", corrected: "更正",
      earned: "计提", clawed_back: "追回", adjusted: "调整", stated: "出具结算单", paid_out: "支付", written_off: "核销" },
    channel_type: { direct: "直营", distributor: "经销商", agent: "代理商", retailer: "零售商", store: "门店", ecommerce: "电商", social: "社交" },
  },
};

export const words = {
  language: localStorage.getItem("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en"),
  choose(language) {
    this.language = language;
    localStorage.setItem("language", language);
  },
  say(name, facts = {}) {
    return WORDS[this.language][name].replace(/\{(\w+)\}/g, (_, fact) => facts[fact]);
  },
  of(kind, name) {
    return WORDS[this.language][kind]?.[name] ?? name ?? this.say("none");
  },
  // Values arrive as decimal text and are handed on as text: a number of JavaScript would round long ones.
  value(kpi, text, currency, { compact = false } = {}) {
    if (text === null || text === undefined) return "–";
    const style = RATIOS.has(kpi) ? { style: "percent", maximumFractionDigits: 2, minimumFractionDigits: 2 }
      : currency ? { style: "currency", currency, currencyDisplay: "narrowSymbol" } : {};
    const short = compact && Math.abs(Number(text)) >= 100000
      ? { notation: "compact", maximumFractionDigits: 2, minimumFractionDigits: currency ? 2 : 0 } : {};
    return new Intl.NumberFormat(this.locale, { ...style, ...short }).format(text);
  },
  // As it is, and with the digits of its currency at least.
  exact(text, currency) {
    if (text === null || text === undefined) return "–";
    const style = currency ? { style: "currency", currency, currencyDisplay: "narrowSymbol" } : {};
    return new Intl.NumberFormat(this.locale, { ...style, maximumFractionDigits: 20 }).format(text);
  },
  share(part) {
    return new Intl.NumberFormat(this.locale, { style: "percent", maximumFractionDigits: 1 }).format(part);
  },
  date(moment, style) {
    return new Intl.DateTimeFormat(this.locale, { ...style, timeZone: "UTC" }).format(moment);
  },
  day(text) {
    return this.date(Date.parse(text), { dateStyle: "medium" });
  },
  days(first, last) {
    return first === last ? this.day(first) : `${this.day(first)} – ${this.day(last)}`;
  },
  // The name of a period as people write it; of weeks and quarters that of the service is read everywhere.
  period(grain, name) {
    return { day: () => this.day(name), month: () => this.date(Date.parse(name), { year: "numeric", month: "short" }) }[grain]?.() ?? name;
  },
  // What stands at the axis, and the year under it.
  tick(grain, begin) {
    if (grain === "day") return this.date(begin, { month: "short", day: "numeric" });
    return grain === "month" ? this.date(begin, { month: "short" }) : nameOf(grain, begin).split("-")[1];
  },
  yearOf(grain, begin) {
    return nameOf(grain, begin).split("-")[0];
  },
  time(text) {
    return new Intl.DateTimeFormat(this.locale, { timeStyle: "medium" }).format(new Date(text));
  },
  get locale() {
    return this.language === "zh" ? "zh-CN" : "en";
  },
};
