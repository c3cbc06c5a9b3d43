// A series of the picture as an ECharts option: bands, medians, the shown run, the article's marks and dated changes.
// Pure: the same arguments give the same option, on the page, in an exported picture and in a test.

import { agentOf, changesByMonth, marksOn } from './subjects.js'
import { decimals, factor, rounded, unitWords } from './words.js'

const MONTHS_A_YEAR = 12
const BAND = 0.22 // opacity of the scenario's band; the baseline's is lighter in weight by its grey
const YEAR_ROOM = 38 // px that a year's label needs
const NEAR_ZERO = 0.25 // of the top: an axis that begins so low begins at nought
const STEPS = 5 // about so many on a value axis, if there is room
const STEP_ROOM = 26 // px between two of its numbers

/** Room around the plots in px at scale 1; the playhead is laid by it too. */
const ROOM = { left: 50, right: 16, top: 30, bottom: 24, between: 34 }

/** Where the plots of a view lie within width × height px: {left, right, width, parts: [{view, top, height}]}. */
export function layout(view, width, height, scale, head = 0, foot = 0) {
  const px = (value) => Math.round(value * scale)
  const left = px(ROOM.left)
  const top = px(ROOM.top) + head
  const plot = height - top - px(ROOM.bottom) - foot
  const size = { left, right: px(ROOM.right), width: Math.max(width - left - px(ROOM.right), 10) }
  if (view !== 'both') return { ...size, parts: [{ view, top, height: Math.max(plot, 10) }] }
  const upper = Math.round((plot - px(ROOM.between)) * 0.6)
  return {
    ...size,
    parts: [
      { view: 'levels', top, height: Math.max(upper, 10) },
      { view: 'gap', top: top + upper + px(ROOM.between), height: Math.max(plot - upper - px(ROOM.between), 10) },
    ],
  }
}

/**
 * The option of one chart.
 *
 * store: words and numbers; picture, key: what is drawn; view: "levels", "gap" or "both" (one above the other);
 * size: {width, height} px; look: see look.js; head, foot: px left free above and below, for an export.
 */
export function option(store, picture, key, view, size, look, { head = 0, foot = 0 } = {}) {
  const series = picture.series[key]
  const place = layout(view, size.width, size.height, look.scale, head, foot)
  const changes = changesByMonth(picture, store.catalogue)
  const parts = place.parts.map((part, index) => {
    const marks = marksOn(picture, series.measure, agentOf(series), part.view)
    return { ...part, index, marks, changes, last: index === place.parts.length - 1 }
  })
  return {
    animation: false,
    textStyle: { fontFamily: look.font, fontSize: 11 * look.scale, color: look.soft },
    grid: parts.map((part) => ({ left: place.left, width: place.width, top: part.top, height: part.height })),
    xAxis: parts.map((part) => years(picture, part, place.width, look)),
    yAxis: parts.map((part) => values(store, series, part, look)),
    series: parts.flatMap((part) => drawn(store, series, part, look)),
  }
}

// ------------------------------------------------------------------------------------------------------------- axes

function years(picture, part, width, look) {
  const count = picture.months / MONTHS_A_YEAR
  const every = Math.max(1, Math.ceil((YEAR_ROOM * look.scale) / (width / count)))
  return {
    gridIndex: part.index, type: 'value', min: 0, max: picture.months - 1, interval: MONTHS_A_YEAR,
    axisLine: { onZero: false, lineStyle: { color: look.soft } },
    axisTick: { show: part.last, length: 4 * look.scale, lineStyle: { color: look.soft } },
    splitLine: { lineStyle: { color: look.line, opacity: 0.5 } },
    axisLabel: {
      show: part.last, color: look.soft, fontSize: 11 * look.scale, margin: 7 * look.scale,
      formatter: (month) => {
        const year = Math.round(month / MONTHS_A_YEAR)
        return month % MONTHS_A_YEAR === 0 && year % every === 0 ? String(picture.first_year + year) : ''
      },
    },
  }
}

function values(store, series, part, look) {
  const gap = part.view === 'gap'
  const times = factor(series.unit)
  const shown = gap ? [series.gap] : [series.scenario, series.against]
  const found = shown.flatMap((bands) => [...bands[0], ...bands[2]]).concat(gap ? [0] : series.one)
  part.marks.forEach((mark) => found.push(mark.low, ...(mark.high === undefined ? [] : [mark.high])))
  const steps = Math.min(STEPS, Math.max(part.height / (STEP_ROOM * look.scale), 1))
  const extent = range(found.map((value) => value * times), gap, steps)
  const places = decimals([extent.interval], 1)
  const unit = unitWords(store, series.unit, gap)
  return {
    gridIndex: part.index, type: 'value', ...extent,
    name: gap ? `${store.t('chart.difference')}, ${unit}` : unit,
    nameLocation: 'end', nameGap: 12 * look.scale,
    nameTextStyle: { align: 'left', color: look.soft, fontSize: 11 * look.scale, padding: [0, 0, 0, -40 * look.scale] },
    axisLine: { show: false }, axisTick: { show: false },
    splitLine: { lineStyle: { color: look.line } },
    axisLabel: {
      color: look.soft, fontSize: 11 * look.scale, margin: 6 * look.scale,
      formatter: (value) => rounded(store, [value], { places, signed: gap })[0],
    },
  }
}

/** Round ends and about so many steps of an axis that holds all values; a difference always shows its zero. */
export function range(values, zero = false, steps = STEPS) {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  if (low > high) [low, high] = [0, 1]
  if (zero) [low, high] = [Math.min(low, 0), Math.max(high, 0)]
  if (high - low < 1e-12 * Math.max(1, Math.abs(high))) { // all the same
    const room = zero ? 1 : Math.abs(low) / 10 || 1
    ;[low, high] = [low ? low - room : zero ? -1 : 0, high + room]
  }
  if (low >= 0 && low < NEAR_ZERO * high) low = 0
  const rough = (high - low) / steps
  const power = 10 ** Math.floor(Math.log10(rough))
  const interval = [1, 2, 5, 10].map((step) => step * power).find((step) => step >= rough * 0.8)
  const snap = (value) => Number(value.toPrecision(12))
  const [first, last] = [Math.floor(low / interval + 1e-9), Math.ceil(high / interval - 1e-9)]
  return { min: snap(first * interval), max: snap(last * interval), interval: snap(interval) }
}

// ------------------------------------------------------------------------------------------------------ what is drawn

function drawn(store, series, part, look) {
  const times = factor(series.unit)
  const of = (values) => values.map((value) => value * times)
  const at = { part, look }
  const shared = [changeMarks(at, part.changes), articleMarks(store, at, part.marks, times)]
  if (part.view === 'gap') {
    const [low, middle, high] = series.gap.map(of)
    return [
      band(at, 'gap', low, high, look.gap, BAND),
      line(at, 'zero', middle.map(() => 0), { color: look.soft, width: 1.2, type: 'solid' }),
      line(at, 'difference', middle, { color: look.gap, width: 2.4 }, store.t('chart.difference')),
      ...shared,
    ]
  }
  const [low, middle, high] = series.scenario.map(of)
  const [lowOther, middleOther, highOther] = series.against.map(of)
  return [
    band(at, 'against', lowOther, highOther, look.against, BAND),
    band(at, 'scenario', low, high, look.scenario, BAND),
    line(at, 'one', of(series.one), { color: look.scenario, width: 0.9, opacity: 0.75 }, store.t('chart.one')),
    line(at, 'median', middle, { color: look.scenario, width: 2.4 }, store.t('chart.scenario')),
    // the dashes lie on top: where both sides are the same, both are seen
    line(at, 'baseline', middleOther, { color: look.against, width: 2, type: [6, 4] }, store.t('chart.against')),
    ...shared,
  ]
}

const axes = (part) => ({ xAxisIndex: part.index, yAxisIndex: part.index })

function line({ part, look }, id, values, style, name) {
  return {
    id: `${id} ${part.index}`, name, type: 'line', ...axes(part), data: values.map((value, month) => [month, value]),
    symbol: 'none', silent: true, clip: true, z: 3,
    lineStyle: { ...style, width: style.width * look.scale }, itemStyle: { color: style.color },
  }
}

/** Low to high as one filled shape, edged finely so that two bands can be told apart where they lie on each other. */
function band({ part, look }, id, low, high, colour, opacity) {
  return {
    id: `band ${id} ${part.index}`, type: 'custom', ...axes(part), data: [0], silent: true, clip: true, z: 2,
    renderItem: (_, api) => ({
      type: 'polygon',
      shape: { points: [...edge(api, high), ...edge(api, low).reverse()] },
      style: { fill: colour, opacity, stroke: colour, lineWidth: 0.6 * look.scale, strokeOpacity: 0.5 },
    }),
  }
}

const edge = (api, values) => values.map((value, month) => api.coord([month, value]))

/** The article's figures over the months they speak of: a line with an arrow, or a hatched band. */
function articleMarks(store, { part, look }, marks, times) {
  return {
    id: `article ${part.index}`, type: 'custom', ...axes(part), data: marks.map((_, i) => i),
    silent: true, clip: false, z: 5,
    renderItem: (params, api) => {
      const mark = marks[params.dataIndex]
      const [left, low] = api.coord([mark.from, mark.low * times])
      const [right, high] = api.coord([mark.to, (mark.high === undefined ? mark.low : mark.high) * times])
      const shape = mark.shape === 'band'
        ? hatched(left, right, high, low, look) : stroke(left, right, low, mark.shape, look)
      const late = right > params.coordSys.x + params.coordSys.width * 0.75
      const lift = (mark.shape === 'over' ? 15 : 5) * look.scale // over the arrow
      const text = {
        type: 'text',
        style: {
          text: store.t(`chart.short_${mark.id}`), fill: look.ink, stroke: look.panel, lineWidth: 3 * look.scale,
          font: `${11 * look.scale}px ${look.font}`, x: late ? right - 2 : left + 2,
          y: high - lift, align: late ? 'right' : 'left', verticalAlign: 'bottom',
        },
      }
      return { type: 'group', children: [...shape, text] }
    },
  }
}

function stroke(left, right, y, shape, look) {
  const centre = (left + right) / 2
  const reach = 7 * look.scale * (shape === 'under' ? 1 : -1)
  const style = { stroke: look.article, lineWidth: 3 * look.scale, fill: 'none', lineCap: 'butt' }
  const made = [{ type: 'line', shape: { x1: left, y1: y, x2: right, y2: y }, style }]
  if (shape === 'at') return made
  const half = 4 * look.scale
  const tip = [[centre - half, y + reach / 3], [centre + half, y + reach / 3], [centre, y + reach * 1.4]]
  return [...made, { type: 'polygon', shape: { points: tip }, style: { fill: look.article } }]
}

/** A box of the article's: hatched, so that it is known without its colour. */
export function hatched(left, right, top, bottom, look) {
  const box = { x: left, y: top, width: right - left, height: bottom - top }
  const lines = []
  const step = 7 * look.scale
  const thin = { stroke: look.article, lineWidth: 0.8 * look.scale, opacity: 0.8 }
  for (let x = left - box.height; x < right; x += step) {
    const from = Math.max(x, left)
    const to = Math.min(x + box.height, right)
    const shape = { x1: from, y1: bottom - (from - x), x2: to, y2: bottom - (to - x) }
    if (to > from) lines.push({ type: 'line', shape, style: thin })
  }
  const edge = { stroke: look.article, lineWidth: 1.4 * look.scale, fill: look.article, fillOpacity: 0.12 }
  return [{ type: 'rect', shape: box, style: edge }, ...lines]
}

/** Dated changes on the time axis: a triangle for a policy, a diamond for the world; the visitor's own are filled. */
function changeMarks({ part, look }, changes) {
  return {
    id: `changes ${part.index}`, type: 'custom', ...axes(part), data: part.last ? changes.map((_, i) => i) : [],
    silent: true, clip: false, z: 4,
    renderItem: (params, api) => {
      const change = changes[params.dataIndex]
      const { y: top, height } = params.coordSys
      const [x] = api.coord([change.month, 0])
      const y = top + height
      const r = 4.5 * look.scale
      const colour = change.world ? look.world : look.policy
      const points = change.world
        ? [[x, y - 2 * r], [x + r, y - r], [x, y], [x - r, y - r]]
        : [[x, y - 1.8 * r], [x + r, y], [x - r, y]]
      const edged = { fill: change.own ? colour : look.panel, stroke: colour, lineWidth: 1.3 * look.scale }
      const dotted = { stroke: colour, lineWidth: look.scale, lineDash: [2, 3], opacity: 0.8 }
      const glyph = { type: 'polygon', shape: { points }, style: edged }
      const rule = { type: 'line', shape: { x1: x, y1: top, x2: x, y2: y }, style: dotted }
      return { type: 'group', children: change.own ? [rule, glyph] : [glyph] }
    },
  }
}
