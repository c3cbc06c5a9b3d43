// The four futures of 2035: the experts' shares beside shares of runs, with whiskers and numbers.

import { savePng, saveSvg } from '../export.js'
import { csv, fileName, showTable } from '../tables.js'
import { el, iconButton, save, saveMenu } from './dom.js'
import { groundName, storyName, swatchIcon } from './legend.js'
import { look, loadEcharts } from './look.js'
import { hatched, range } from './option.js'
import { rounded } from './words.js'

const NAMES = ['economic', 'alliances', 'fragmentation', 'external'] // in the order of the picture
const SIDES = ['experts', 'scenario', 'against']
const STYLES = { scenario: { fillOpacity: 0.85 }, against: { fillOpacity: 0.3, lineDash: [4, 3] } } // experts: hatched
const ERRORS = { scenario: 'error', against: 'error_against' }
const BAR = 15 // px at scale 1: of a bar
const NAME = 24 // px of a future's name above its bars
const BETWEEN = 12 // px
const AXIS = 26 // px
const AROUND = 300 // px of title, legend and notes around the chart when it is saved
const NUMBER = 80 // px that the longest number beside a bar takes

/** A row a future: {future, experts, scenario, error, against, error_against}, shares of 1. */
export function futureRows({ futures }) {
  return NAMES.map((future, i) => ({
    future, experts: futures.experts[i], scenario: futures.scenario[i], error: futures.error[i],
    against: futures.against[i], error_against: futures.error_against[i],
  }))
}

const FINE = 0.01 // an error below this is told with a decimal

/** A share in per cent, as text. */
function percent(store, share, places = 0) {
  return rounded(store, [100 * share], { places })[0]
}

/** "35 ± 3 %", or "50 %" of the experts. */
function numberOf(store, row, side) {
  const error = row[ERRORS[side]]
  const places = error && error < FINE ? 1 : 0
  const share = percent(store, row[side], places)
  if (!error) return store.t('futures.number', { share })
  return store.t('futures.with_error', { share, error: percent(store, error, places) })
}

export const futuresHeight = (scale) => Math.round(4 * (NAME + 3 * (BAR + 2) + BETWEEN) * scale + AXIS * scale)

/** The option of the chart, in width × height px with so much room left above and below. */
export function futuresOption(store, picture, size, look, { head = 0, foot = 0 } = {}) {
  const rows = futureRows(picture)
  const ends = rows.flatMap((row) => [row.experts, row.scenario + row.error, row.against + row.error_against])
  const axis = range([0, ...ends.map((share) => 100 * share)], true)
  const px = (value) => value * look.scale
  const side = px(head ? 16 : 10)
  const width = size.width - 2 * side - px(NUMBER)
  const height = size.height - head - foot - px(AXIS)
  const font = (weight, points) => `${weight} ${px(points)}px ${look.font}`
  return {
    animation: false,
    textStyle: { fontFamily: look.font, fontSize: px(11), color: look.soft },
    grid: { left: side, width, top: head, height },
    xAxis: {
      type: 'value', ...axis, axisLabel: { color: look.soft, fontSize: px(11), formatter: '{value} %'},
      splitLine: { lineStyle: { color: look.line } }, axisLine: { show: false }, axisTick: { show: false },
    },
    yAxis: { type: 'value', min: 0, max: rows.length, inverse: true, show: false },
    series: [{
      type: 'custom', silent: true, clip: false, data: rows.map((_, i) => [0, i]),
      renderItem: (params, api) => {
        const row = rows[params.dataIndex]
        const [left, top] = api.coord([0, params.dataIndex])
        const words = store.t(`futures.${row.future}`)
        const name = { text: words, x: left, y: top + px(4), font: font(600, 12.5), fill: look.ink }
        const bars = SIDES.flatMap((kind, k) => bar(api, row, kind, top + px(NAME + k * (BAR + 2))))
        return { type: 'group', children: [{ type: 'text', style: name }, ...bars] }
      },
    }],
  }

  function bar(api, row, kind, y) {
    const x = (share) => api.coord([100 * share, 0])[0]
    const [left, right, high] = [x(0), x(row[kind]), px(BAR)]
    const colour = { experts: look.article, scenario: look.scenario, against: look.against }[kind]
    const box = { x: left, y, width: Math.max(right - left, 1), height: high }
    const style = { fill: colour, stroke: colour, lineWidth: px(1.2), ...STYLES[kind] }
    const drawn = kind === 'experts'
      ? hatched(box.x, box.x + box.width, y, y + high, look)
      : [{ type: 'rect', shape: box, style }]
    const error = row[ERRORS[kind]] || 0
    const [from, to, middle] = [x(Math.max(row[kind] - error, 0)), x(row[kind] + error), y + high / 2]
    const ink = { stroke: look.ink, lineWidth: px(1.2) }
    const end = (at) => [at, middle - 3, at, middle + 3]
    const whisker = error ? [[from, middle, to, middle], end(from), end(to)] : []
    const number = {
      text: numberOf(store, row, kind), x: Math.max(right, to) + px(6), y: middle, verticalAlign: 'middle',
      font: font(400, 11.5), fill: look.ink,
    }
    return [
      ...drawn,
      ...whisker.map(([x1, y1, x2, y2]) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style: ink })),
      { type: 'text', style: number },
    ]
  }
}

/** Fill `root` with the chart, its legend, words and table. Returns a function that takes it away. */
export function futuresChart(root, store) {
  const t = (key, args) => store.t(`futures.${key}`, args)
  const canvas = el('div', { class: 'chart-canvas' })
  const plot = el('div', { class: 'futures-plot', role: 'img' }, canvas)
  const around = el('div')
  const notes = el('div', { class: 'futures-notes' })
  root.append(around, plot, notes)
  let [chart, closed] = [null, false]

  const legend = (picture) => [
    ['bar_experts', t('experts')], ['bar_scenario', t('scenario', { name: storyName(store, picture) })],
    ['bar_against', t('against', { name: groundName(store, picture) })],
  ]
  const runsOf = (picture) => store.plural(picture.runs, 'chart.runs')
  const told = (picture) => [t('note_experts'), t('note_runs', { runs: runsOf(picture) }), t('note_fails')]

  function plate(picture) {
    return {
      name: 'futures_2035', title: t('heading'), under: t('per_cent'), legend: legend(picture), notes: told(picture),
      height: futuresHeight(1) + AROUND,
      option: (size, style, room) => futuresOption(store, picture, size, style, room),
    }
  }

  function words() {
    const { picture } = store
    const menu = saveMenu(t('save'), [
      [store.t('chart.png'), () => savePng(store, store.picture, plate(store.picture))],
      [store.t('chart.svg'), () => saveSvg(store, store.picture, plate(store.picture))],
      [store.t('chart.csv'), saveCsv],
    ])
    const tools = el('div', { class: 'chart-tools' }, iconButton('table', t('table'), table), menu)
    const items = legend(picture).map(([kind, text]) => el('li', {}, swatchIcon(kind), text))
    const head = el('div', { class: 'chart-head' }, el('h2', {}, t('heading')), tools)
    around.replaceChildren(head, el('ul', { class: 'chart-legend' }, items))
    notes.replaceChildren(...told(picture).map((note) => el('p', {}, note)))
    const sums = futureRows(picture).map((row) => t('summary', {
      future: t(row.future), ...Object.fromEntries(SIDES.map((kind) => [kind, percent(store, row[kind])])),
    }))
    plot.setAttribute('aria-label', `${t('heading')}. ${sums.join(' ')}`)
  }

  async function draw() {
    const { picture } = store
    root.hidden = !(picture && picture.futures)
    if (root.hidden || !store.catalogue) return
    words()
    const style = look()
    plot.style.height = `${futuresHeight(style.scale)}px`
    const echarts = await loadEcharts()
    if (closed || !canvas.clientWidth) return
    const size = { width: canvas.clientWidth, height: canvas.clientHeight }
    if (!chart) chart = echarts.init(canvas, null, { renderer: 'canvas', ...size })
    else chart.resize(size)
    chart.setOption(futuresOption(store, store.picture, size, style), { notMerge: true })
  }

  const heads = () => [t('future'), t('experts'), store.t('table.scenario'), store.t('table.against')]

  function table() {
    const rows = futureRows(store.picture).map((row) => {
      const cells = SIDES.map((side) => el('td', {}, numberOf(store, row, side)))
      return el('tr', {}, el('th', { scope: 'row' }, t(row.future)), cells)
    })
    const made = el(
      'table', { class: 'chart-table' }, el('caption', {}, `${t('heading')}. ${t('per_cent')}`),
      el('thead', {}, el('tr', {}, heads().map((words) => el('th', { scope: 'col' }, words)))), el('tbody', {}, rows),
    )
    showTable(store, made, told(store.picture), saveCsv)
  }

  function saveCsv() {
    save(fileName('futures_2035', 'csv'), futuresCsv(store.picture), 'text/csv;charset=utf-8')
  }

  const off = [store.on('picture', draw), store.on('catalogue', draw), store.on('look', draw)]
  const watch = new ResizeObserver(draw)
  watch.observe(root)
  return () => {
    closed = true
    off.forEach((stop) => stop())
    watch.disconnect()
    if (chart) chart.dispose()
  }
}

/** The futures as CSV, shares of 1 with their standard errors. */
export function futuresCsv(picture) {
  const names = ['experts', 'scenario', 'scenario error', 'baseline', 'baseline error']
  const rows = futureRows(picture).map((row) => [
    row.future, row.experts, row.scenario, row.error, row.against, row.error_against,
  ])
  return csv([['future', ...names.map((name) => `${name} [share]`)], ...rows])
}
