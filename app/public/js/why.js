// Why? An answer of app/why.py in words, as a drawing, as a table and as a file.

import { sidesTold } from './charts/legend.js'
import { range } from './charts/option.js'
import { agentName, decimals, factor, rounded, title, unitWords } from './charts/words.js'

const NAMED = 3 // parts that a sentence names
const SMALL = 5 // per cent of the total, below which a part is not named unless it is alone
const FEW_MEMBERS = 3 // ties or blocs of a lever that are named; more are counted
const TENTHS = 10
const FEW_SAME = 0.1 // of runs, as in experiments/paired.py
const ROW = 34 // px of a row of the drawing at scale 1
const NARROW = 560 // px, below which labels stand over their bars
const NUMBERS = 104 // px for numbers at the right

// ---------------------------------------------------------------------------------------------------------------- words

/** What a part is called: levers by their labels and members, mechanisms by their sentence, several as "the others". */
export function labelOf(store, part) {
  if (part.others) return store.t('why.others')
  return standsFor(store, part).join('; ')
}

/** All that a part stands for, one by one. */
export const standsFor = (store, part) => [
  ...Object.entries(part.levers).map(([name, members]) => leverWords(store, name, members)),
  ...part.mechanisms.map((words) => store.told(words)),
]

function leverWords(store, name, members) {
  const lever = store.catalogue.levers.find((one) => one.name === name)
  const label = lever ? lever.label : name
  if (!members.length) return label
  const all = lever && members.length === lever.members.length
  if (all) return `${label} (${store.t('why.all')})`
  if (members.length > FEW_MEMBERS) return `${label} (${members.length})`
  return `${label} (${members.map((who) => agentName(store, who)).join(', ')})`
}

/** The measure, of whom and when. */
export const aboutWords = (store, found) =>
  `${title(store, found.measure, found.who === 'region' ? '' : found.who)}, ${found.year}`

/** Two sentences: what the difference is and what makes it; do the parts need each other. */
export function sentences(store, found) {
  const times = factor(found.unit)
  const whole = found.difference
  const sign = whole.mean < 0 ? -1 : 1
  const [amount, low, high] = rounded(store, [sign * whole.mean, ...[whole.low, whole.high].map((x) => sign * x).sort((a, b) => a - b)].map((x) => x * times))
  const args = { about: aboutWords(store, found), amount, low, high, unit: unitWords(store, found.unit, true) }
  if (!found.sure) return [store.t('why.unsure', { ...args, amount: signed(store, found, [whole.mean])[0] })]
  const parts = named(found).map((part) => store.t('why.part', { label: labelOf(store, part), percent: inWhole(store, part.percent) })).join('; ')
  const bare = found.bare ? signed(store, found, [found.bare.mean, whole.mean])[0] : ''
  const key = `${sign > 0 ? 'more' : 'less'}${found.bare ? '_bare' : ''}`
  return [store.t(`why.${key}`, { ...args, parts, bare }), togetherWords(store, found, sign)]
}

function togetherWords(store, found, sign) {
  const more = sign * found.together.mean * factor(found.unit)
  const [amount] = rounded(store, [Math.abs(more), found.difference.mean * factor(found.unit)]) // as the difference is told
  const verdict = found.verdict === 'one' ? `one_${found.what}` : found.verdict
  return store.t(`why.${verdict}`, { amount, unit: unitWords(store, found.unit, true) })
}

/** The parts that a sentence names: the largest, and none that hardly counts. */
function named(found) {
  const large = found.parts.filter((part) => Math.abs(part.percent) >= SMALL)
  return (large.length ? large : found.parts).slice(0, NAMED)
}

/** Per cent, whole: parts of a total are known no better. */
const inWhole = (store, percent) => Math.round(percent).toLocaleString(store.lang || 'en').replace('-', '−')

/** Numbers of an answer with their sign, all with the decimals that the largest needs. */
export const signed = (store, found, values) => rounded(store, values.map((x) => x * factor(found.unit)), { signed: true })

/** How often: "more in 9 of 10 runs", as `in_words` of experiments/paired.py. more, less: shares of runs. */
export function oftenWords(store, more, less) {
  if (more === 0 && less === 0) return store.t('why.often_same')
  const [word, share, other, rest] = more >= less ? ['more', more, 'less', less] : ['less', less, 'more', more]
  if (share === 1) return store.t(`why.often_${word}_every`)
  const tenths = Math.round(TENTHS * share)
  const told = tenths > 0 && tenths < TENTHS
    ? store.t(`why.often_${word}`, { n: tenths })
    : store.t(`why.often_${word}_percent`, { percent: store.number(100 * share, 3) })
  if (1 - more - less <= FEW_SAME || rest === 0) return told
  return `${told}, ${store.t(`why.often_${other}_percent`, { percent: store.number(100 * rest, 2) })}`
}

// ---------------------------------------------------------------------------------------------------------------- table

/** Heads of the table. */
export const heads = (store) => ['part', 'share', 'band', 'percent', 'alone', 'lost', 'often'].map((key) => store.t(`why.head_${key}`))

/** Rows of the table, in words: the parts, then what they add up to. */
export function tableRows(store, found) {
  const all = found.parts.flatMap((p) => [p.mean, p.low, p.high, p.alone, p.lost])
  const places = decimals([...all, found.total.mean].map((x) => x * factor(found.unit)))
  const say = (x) => rounded(store, [x * factor(found.unit)], { places, signed: true })[0]
  const band = (x) => store.t('why.span', { low: say(x.low), high: say(x.high) })
  const percent = (x) => (x === null ? '' : `${inWhole(store, x)}\u00a0%`)
  const sum = (label, x, share) => ({ label, cells: [say(x.mean), band(x), share, '', '', ''], sum: true })
  return [
    ...found.parts.map((p) => ({
      label: labelOf(store, p),
      cells: [say(p.mean), band(p), percent(p.percent), say(p.alone), say(p.lost), oftenWords(store, p.more, p.less)],
    })),
    sum(store.t('why.total'), found.total, found.sure ? '100 %' : ''),
    ...(found.bare ? [sum(store.t('why.bare'), found.bare, ''), sum(store.t('why.difference'), found.difference, '')] : []),
  ]
}

/** What "the others" are, if there are any. */
export function othersWords(store, found) {
  const part = found.parts.find((one) => one.others)
  return part ? `${labelOf(store, part)}: ${standsFor(store, part).join('; ')}.` : ''
}

/** The table as CSV, in the model's own names and units. */
export function csvOf(found) {
  const quote = (x) => (/[",\n]/.test(String(x)) ? `"${String(x).replaceAll('"', '""')}"` : String(x ?? ''))
  const about = [found.measure, found.who, found.year, found.unit]
  const head = ['measure', 'who', 'year', 'unit', 'part', 'mean', 'low', 'median', 'high', 'percent', 'alone', 'lost', 'more', 'less', 'runs']
  const part = (p) => [...about, p.name, p.mean, p.low, p.median, p.high, p.percent, p.alone, p.lost, p.more, p.less, found.seeds]
  const rest = ['total', 'bare', 'difference'].filter((key) => found[key])
  const rows = [...found.parts.map(part), ...rest.map((key) => part({ name: `(${key})`, ...found[key] }))]
  return `${[head, ...rows].map((row) => row.map(quote).join(',')).join('\n')}\n`
}

// -------------------------------------------------------------------------------------------------------------- drawing

/** Bars one after the other, each beginning where the last one ended, and their sum below: [{label, from, to, …}]. */
export function bars(store, found) {
  const times = factor(found.unit)
  const rows = []
  let at = 0
  const put = (kind, label, x, percent) => {
    const from = kind === 'sum' ? 0 : at
    rows.push({ kind, label, from, to: from + x.mean * times, low: from + x.low * times, high: from + x.high * times, mean: x.mean, percent })
    at = from + x.mean * times
  }
  if (found.bare) put('bare', store.t('why.bare'), found.bare, null)
  for (const part of found.parts) put('part', labelOf(store, part), part, part.percent)
  put('sum', store.t(found.bare ? 'why.difference' : 'why.total'), found.difference, null)
  return rows
}

/** Height of the drawing in px. */
export const heightOf = (store, found, width, scale) =>
  (bars(store, found).length * (width < NARROW * scale ? ROW * 1.35 : ROW) + 52) * scale

/** The drawing as an ECharts option; head, foot: px left free above and below, for a file. */
export function option(store, found, size, look, { head = 0, foot = 0 } = {}) {
  const rows = bars(store, found)
  const px = (value) => Math.round(value * look.scale)
  const narrow = size.width < px(NARROW)
  const left = narrow ? px(8) : Math.min(px(250), Math.round(size.width * 0.34))
  const grid = { left, right: px(NUMBERS), top: head + px(8), bottom: foot + px(40) }
  const extent = range(rows.flatMap((row) => [row.from, row.to, row.low, row.high]), true)
  const places = decimals([extent.interval], 1)
  const numbers = signed(store, found, rows.map((row) => row.mean))
  const type = { fontFamily: look.font, fontSize: px(12), color: look.ink }
  const label = { ...type, interval: 0, width: left - px(14), overflow: 'break', lineHeight: px(14), margin: px(8) }
  return {
    animation: false, textStyle: type, grid,
    xAxis: {
      type: 'value', ...extent, name: unitWords(store, found.unit, true), nameLocation: 'middle', nameGap: px(22),
      nameTextStyle: { ...type, fontSize: px(11), color: look.soft }, splitLine: { lineStyle: { color: look.line, opacity: 0.6 } },
      axisLabel: { ...type, fontSize: px(11), color: look.soft, formatter: (x) => rounded(store, [x], { places, signed: true })[0] },
    },
    yAxis: {
      type: 'category', inverse: true, data: rows.map((row) => row.label), axisTick: { show: false }, axisLine: { show: false },
      axisLabel: { ...label, show: !narrow, fontWeight: 'normal' },
    },
    series: [{
      type: 'custom', data: rows.map((_, i) => i), silent: true, clip: false,
      renderItem: (params, api) => drawn({ rows, i: params.dataIndex, api, look, narrow, found, numbers, right: size.width - px(6), px }),
    }],
  }
}

function drawn({ rows, i, api, look, narrow, numbers, right, px }) {
  const row = rows[i]
  const at = (x) => api.coord([x, i])
  const room = api.size([0, 1])[1]
  const half = narrow ? room * 0.2 : room * 0.27
  const y = at(0)[1] + (narrow ? room * 0.18 : 0)
  const [[from], [to], [low], [high]] = [row.from, row.to, row.low, row.high].map(at)
  const less = row.to < row.from
  const colour = row.kind !== 'part' ? look.against : less ? look.world : look.scenario
  const box = { x: Math.min(from, to), y: y - half, width: Math.max(Math.abs(to - from), 1.5), height: 2 * half }
  const line = (x1, y1, x2, y2, style) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: look.ink, lineWidth: px(1.4), ...style } })
  const words = (text, x, where, style) => ({ type: 'text', style: { text, x, y: where, fill: look.ink, font: `${px(12)}px ${look.font}`, verticalAlign: 'middle', ...style } })
  const bold = row.kind === 'sum' ? '600 ' : ''
  const share = row.percent === null || row.percent === undefined ? '' : ` (${Math.round(row.percent)} %)`.replace('-', '−')
  const next = i < rows.length - 1 ? [line(to, y + half, to, y + room - half, { stroke: look.soft, lineDash: [2, 3], lineWidth: px(1) })] : []
  const ends = [low, high].map((x) => line(x, y - half * 0.45, x, y + half * 0.45))
  return {
    type: 'group',
    children: [
      { type: 'rect', shape: box, style: { fill: colour, opacity: 0.85 } },
      ...(row.kind === 'part' && less ? hatch(box, look, px) : []),
      line(low, y, high, y), ...ends, ...next,
      words(numbers[i] + share, right, y, { align: 'right', font: `${bold}${px(12)}px ${look.font}` }),
      ...(narrow ? [words(row.label, px(8), y - half - px(9), { align: 'left', font: `${bold}${px(12)}px ${look.font}`, width: right - px(8), overflow: 'truncate', stroke: look.panel, lineWidth: px(4) })] : []),
    ],
  }
}

/** Stripes on a bar that takes away, so that its colour is not alone. */
function hatch(box, look, px) {
  const lines = []
  const step = px(6)
  for (let x = box.x - box.height; x < box.x + box.width; x += step) {
    const x1 = Math.max(x, box.x)
    const x2 = Math.min(x + box.height, box.x + box.width)
    if (x2 > x1) lines.push({ type: 'line', shape: { x1, y1: box.y + box.height - (x1 - x), x2, y2: box.y + box.height - (x2 - x) }, style: { stroke: look.panel, lineWidth: px(1.2), opacity: 0.8 } })
  }
  return lines
}

/** What is saved: see export.js. */
export function plateOf(store, found) {
  const runs = store.plural(found.seeds, 'why.runs')
  return {
    name: `why_${found.measure}_${found.who}_${found.year}`, title: `${store.t('why.heading')} ${aboutWords(store, found)}`,
    under: store.t('why.note', { runs }), legend: [], notes: [...sentences(store, found), ...sidesTold(store, store.picture)],
    height: Math.round(230 + heightOf(store, found, NARROW * 2, 1.1)),
    option: (size, look, room) => option(store, found, size, look, room),
  }
}

/** The unit of the difference, in words. */
export const unitOf = (store, found) => unitWords(store, found.unit, true)
