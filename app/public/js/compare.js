// Scenarios side by side: which they are (kept in the address), charts of all, and a table of what each one changes.

import { range } from './charts/option.js'
import { decimals, factor, rounded, title, unitWords } from './charts/words.js'
import { oftenWords } from './why.js'

export const MOST = 4
export const FIRST_SHOWN = ['trade KZ-KG', 'cut KZ-KG', 'jobs Kordai', 'regional_trade']
const LETTERS = 'abcd'
const SYMBOLS = ['circle', 'triangle', 'rect', 'diamond'] // shapes as well as colours tell scenarios apart
const COLOURS = ['scenario', 'world', 'gap', 'article'] // names in look.js, and of variables in corridors.css
const LONGEST = 40 // letters of a name, as where it is given
const MONTHS_A_YEAR = 12
const MARK_EVERY = 24 // months between the shapes on a line
const BAND = 0.13
const BAND_OF = ['low', 'median', 'high']

/** Colour (a variable of the page's look) and shape of the scenario in a place. */
export const styleOf = (place) => ({ colour: COLOURS[place], symbol: SYMBOLS[place] })

// ------------------------------------------------------------------------------------------------------------- address

// All scenarios stand after "#": the part before it is the question that the rest of the page is about.

/** [{name, address}] of "#a=name~address&b=…"; what cannot be read is left out, and no two have one name. */
export function listOf(hash) {
  const list = []
  for (const part of hash.replace(/^#/, '').split('&')) {
    const found = /^[abcd]=([^~]*)~(.*)$/.exec(part)
    if (!found || list.length === MOST) continue
    try {
      const [name, address] = found.slice(1).map(decodeURIComponent)
      list.push({ name: freeName(name.slice(0, LONGEST), list), address })
    } catch { /* cannot be read */ }
  }
  return list
}

export const hashOf = (list) =>
  list.map(({ name, address }, i) => `${LETTERS[i]}=${encodeURIComponent(name).replaceAll('~', '%7E')}~${encodeURIComponent(address)}`).join('&')

/** An address with the version of the model that its figures are of. */
export const dated = (address, model) => (!model || /(^|&)model=/.test(address) ? address : [address, `model=${model}`].filter(Boolean).join('&'))

/** The name, or with a number behind it if another has it. */
export function freeName(name, list) {
  const taken = list.map((one) => one.name)
  let free = name.slice(0, LONGEST)
  for (let n = 2; taken.includes(free); n++) free = `${name.slice(0, LONGEST - 2)} ${n}`
  return free
}

// -------------------------------------------------------------------------------------------------------------- answer

const agent = (series) => (series.who === 'region' ? '' : series.who)

/** Every series that there is: [{key, words}]. */
export const keysOf = (store, found) =>
  Object.entries(found.against.series).map(([key, series]) => ({ key, words: title(store, series.measure, agent(series)) }))

export const titleOf = (store, found, key) => title(store, found.against.series[key].measure, agent(found.against.series[key]))

/** What a scenario of the answer is made of: a shipped one, changed or not. */
export const storyOf = (store, one) =>
  (one.changed ? store.t('compare.changed', { title: store.told(one.title) }) : store.told(one.title))

/** One sentence for those who do not see the chart. */
export function summary(store, found, key, view, year) {
  const at = year - found.first_year
  const { unit } = found.against.series[key]
  const gap = view === 'gap'
  const values = found.scenarios.map((one) => one.yearly[key][gap ? 'gap' : 'scenario'][at][1])
  const other = found.scenarios[0].yearly[key].against[at][1]
  const told = rounded(store, [...values, other].map((x) => x * factor(unit)), { signed: gap })
  const list = found.scenarios.map((one, i) => `${one.name} ${told[i]}`)
  if (!gap) list.push(`${store.t('compare.baseline')} ${told[told.length - 1]}`)
  return store.t(gap ? 'compare.summary_gap' : 'compare.summary', { title: titleOf(store, found, key), year, unit: unitWords(store, unit, gap), list: list.join('; ') })
}

// --------------------------------------------------------------------------------------------------------------- table

/** Rows of paired differences in a year: {key, head, cells: [{number, band, often}]}. */
export function tableRows(store, found, keys, year) {
  return keys.map((key) => {
    const { unit } = found.against.series[key]
    const odds = found.scenarios.map((one) => one.odds.find((row) => row.key === key && row.year === year))
    const times = factor(unit)
    const places = decimals(odds.flatMap((row) => [row.low, row.median, row.high]).map((x) => x * times))
    const say = (x) => rounded(store, [x * times], { places, signed: true })[0]
    const cells = odds.map((row) => ({
      number: say(row.median), often: oftenWords(store, row.more, row.less),
      band: row.low === row.high ? '' : store.t('why.span', { low: say(row.low), high: say(row.high) }),
    }))
    return { key, head: titleOf(store, found, key), unit: unitWords(store, unit, true), cells }
  })
}

/** All series of all scenarios by calendar year: levels and paired differences. */
export function csvOf(found, model) {
  const quote = (x) => (/[",\n]/.test(String(x)) ? `"${String(x).replaceAll('"', '""')}"` : String(x ?? ''))
  const bands = (side) => BAND_OF.map((what) => `${side}_${what}`)
  const head = ['scenario', 'against', 'measure', 'who', 'unit', 'year', ...bands('scenario'), ...bands('baseline'), ...bands('difference'), 'runs', 'link']
  const rows = found.scenarios.flatMap((one) => Object.entries(one.yearly).flatMap(([key, sides]) => {
    const { measure, who, unit } = found.against.series[key]
    return sides.gap.map((gap, at) => [one.name, found.against.name, measure, who, unit, found.first_year + at, ...sides.scenario[at], ...sides.against[at], ...gap, found.runs, `?${dated(one.address, model)}`])
  }))
  return `${[head, ...rows].map((row) => row.map(quote).join(',')).join('\n')}\n`
}

// -------------------------------------------------------------------------------------------------------------- drawing

/** The option of one chart: a line and a band a scenario; view: "levels" (with the baseline) or "gap". */
export function option(store, found, key, view, size, look, { head = 0, foot = 0 } = {}) {
  const gap = view === 'gap'
  const { unit } = found.against.series[key]
  const times = factor(unit)
  const px = (value) => Math.round(value * look.scale)
  const lines = found.scenarios.map((one, i) => ({ name: one.name, bands: one.series[key][gap ? 'gap' : 'scenario'], colour: look[COLOURS[i]], symbol: SYMBOLS[i], place: i }))
  const others = gap ? [] : [{ name: store.t('compare.baseline'), bands: found.against.series[key].against, colour: look.against, dash: [6, 4], place: 'against' }]
  const all = [...others, ...lines].map((line) => ({ ...line, bands: line.bands.map((values) => values.map((x) => x * times)) }))
  const extent = range(all.flatMap((line) => [...line.bands[0], ...line.bands[2]]), gap)
  const places = decimals([extent.interval], 1)
  const type = { fontFamily: look.font, fontSize: px(11), color: look.soft }
  const names = head ? px(28) : 0 // room for the legend; on the page the list above is the legend
  return {
    animation: false, textStyle: type,
    grid: { left: px(52), right: px(18), top: head + names + px(30), bottom: foot + px(24) },
    legend: head ? { top: head - px(6), left: px(14), itemWidth: px(30), textStyle: { ...type, fontSize: px(12), color: look.ink } } : { show: false },
    tooltip: { trigger: 'axis', confine: true, backgroundColor: look.panel, borderColor: look.line, textStyle: { ...type, fontSize: px(12), color: look.ink }, formatter: (shown) => tip(store, shown, all, unitWords(store, unit, gap), gap) },
    xAxis: {
      type: 'value', min: 0, max: found.months - 1, interval: MONTHS_A_YEAR, axisLine: { onZero: false, lineStyle: { color: look.soft } },
      splitLine: { lineStyle: { color: look.line, opacity: 0.5 } }, axisPointer: { label: { show: false } },
      axisLabel: { ...type, formatter: (month) => yearLabel(found, month, size.width, px) },
    },
    yAxis: {
      type: 'value', ...extent, name: gap ? `${store.t('compare.difference')}, ${unitWords(store, unit, true)}` : unitWords(store, unit),
      nameTextStyle: { ...type, align: 'left', padding: [0, 0, 0, px(-40)] }, nameGap: px(9), splitLine: { lineStyle: { color: look.line, opacity: 0.5 } },
      axisLabel: { ...type, formatter: (x) => rounded(store, [x], { places, signed: gap })[0] },
    },
    series: [...all.map((line) => band(line, look)), ...all.map((line) => median(line, px, look))],
  }
}

function yearLabel(found, month, width, px) {
  const count = found.months / MONTHS_A_YEAR
  const every = Math.max(1, Math.ceil(px(38) / ((width - px(70)) / count)))
  const year = Math.round(month / MONTHS_A_YEAR)
  return month % MONTHS_A_YEAR === 0 && year % every === 0 ? String(found.first_year + year) : ''
}

/** Low to high as one filled shape, edged finely. */
function band({ bands, colour, place }, look) {
  const [low, , high] = bands
  const months = low.map((_, month) => month)
  return {
    id: `band ${place}`, type: 'custom', data: [0], silent: true, clip: true, z: 2, tooltip: { show: false },
    renderItem: (_, api) => ({
      type: 'polygon',
      shape: { points: [...months.map((m) => api.coord([m, high[m]])), ...[...months].reverse().map((m) => api.coord([m, low[m]]))] },
      style: { fill: colour, opacity: BAND, stroke: colour, lineWidth: 0.6 * look.scale },
    }),
  }
}

function median({ bands, colour, name, symbol, dash, place }, px) {
  const mark = (_, { dataIndex }) => (dataIndex % MARK_EVERY === 6 * place + 3 ? px(8) : 0)
  return {
    id: `line ${place}`, name, type: 'line', z: 3, data: bands[1].map((x, month) => [month, x]),
    symbol: symbol || 'none', showSymbol: Boolean(symbol), showAllSymbol: true, symbolSize: mark,
    lineStyle: { color: colour, width: px(2.2), type: dash || 'solid' }, itemStyle: { color: colour },
  }
}

/** What hovering tells; an element, so that no name is read as markup. */
function tip(store, shown, all, unit, gap) {
  const month = shown[0].value[0]
  const box = document.createElement('div')
  const line = (text) => {
    const row = document.createElement('div')
    row.textContent = text
    box.append(row)
  }
  line(store.date(month))
  const told = rounded(store, all.flatMap((one) => one.bands.map((values) => values[month])), { signed: gap })
  all.forEach((one, i) => line(`${one.name}: ${told[3 * i + 1]} (${store.t('why.span', { low: told[3 * i], high: told[3 * i + 2] })}) ${unit}`))
  return box
}

/** What is saved: see export.js; link: of the comparison. */
export const plateOf = (store, found, key, view, link) => ({
  name: `compare_${key}`, title: titleOf(store, found, key), legend: [], height: 520 + 50 * found.scenarios.length, link,
  under: store.t('compare.bands', { runs: store.plural(found.runs, 'compare.runs') }),
  notes: [...found.scenarios.map((one) => `${one.name}: ${storyOf(store, one)}`), `${store.t('compare.baseline')}: ${store.told(found.against.title)}`],
  option: (size, look, room) => option(store, found, key, view, size, look, room),
})
