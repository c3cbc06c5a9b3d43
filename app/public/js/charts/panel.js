// One chart: its title, its drawing, the playhead over it, and what is said of it in words.

import { openTable, saveCsv } from '../tables.js'
import { whyButton } from './ask.js'
import { el, iconButton, saveMenu } from './dom.js'
import { look, loadEcharts } from './look.js'
import { layout, option } from './option.js'
import { agentsOf, changesByMonth, keyOf, marksOn } from './subjects.js'
import {
  agentName, bandWords, changeWords, DIFFERENCE, factor, markWords, measureName, placesOf, reading, rounded, summary,
  unitWords, yearTold,
} from './words.js'

const NEAR = 2 // months from the pointer within which marks and changes are told
const ASIDE = 12 // px between pointer and what is told
const LARGER = 1.3 // type of a chart that stands alone, for the last row of a hall

/**
 * A chart of a measure that keeps itself up to date while `draw` and `move` are called.
 *
 * shown: {measure, who}, kept up to date when the visitor chooses another agent; view: () -> "levels", "gap" or "both";
 * onenlarge, onwho: what those do; large: it stands alone in a dialog.
 */
export function panel(store, { shown, view, onenlarge, onwho, large = false }) {
  const t = (key, args) => store.t(`chart.${key}`, args)
  const heading = el('h3', { class: 'chart-title' })
  const whom = el('select', { class: 'chart-who', 'aria-label': t('who'), onchange: chooseWho })
  const read = el('p', { class: 'chart-reading' })
  const canvas = el('div', { class: 'chart-canvas' })
  const playhead = el('div', { class: 'chart-playhead' })
  const hair = el('div', { class: 'chart-hair', hidden: true })
  const tip = el('div', { class: 'chart-tip', hidden: true })
  const plot = el('div', { class: 'chart-plot', role: 'img' }, canvas, hair, playhead, tip)
  const one = el('span', { class: 'chart-who' })
  const head = el('header', {}, heading, tools())
  const root = el('article', { class: 'chart-panel' }, head, el('div', {}, whom, one), read, plot)
  let [chart, place, saidMonth, closed] = [null, null, -1, false]

  const key = () => keyOf(shown.measure, shown.who)
  const series = () => store.picture && store.picture.series[key()]

  function tools() {
    const out = (how) => async () => {
      const files = await import('../export.js')
      await files[how](store, store.picture, files.plateOf(store, store.picture, key(), view()))
    }
    const menu = saveMenu(t('save'), [
      [t('png'), out('savePng')], [t('svg'), out('saveSvg')], [t('csv'), () => saveCsv(store.picture, key())],
    ])
    const about = () => ({ measure: shown.measure, who: shown.who || 'region', year: yearTold(store.picture) })
    return el(
      'div', { class: 'chart-tools' },
      whyButton(store, t('why'), shown.measure, about),
      iconButton('table', t('table'), () => openTable(store, store.picture, key())),
      menu,
      onenlarge && iconButton('enlarge', t('enlarge'), onenlarge),
    )
  }

  function chooseWho() {
    shown.who = whom.value
    if (onwho) onwho()
    draw()
  }

  /** Say in words what is shown, whether it is drawn or not. */
  function tell() {
    if (!store.picture) return
    const agents = agentsOf(store.picture, shown.measure)
    if (agents.length && !agents.includes(shown.who)) [shown.who] = agents
    if (series()) nameIt(agents)
  }

  /** Draw the picture as it is now; without room (a hidden page) it waits for the next call. */
  async function draw() {
    tell()
    if (!store.picture || !series()) return
    const echarts = await loadEcharts()
    if (closed || !canvas.clientWidth) return
    const size = { width: canvas.clientWidth, height: canvas.clientHeight }
    const style = look()
    if (large) style.scale = Math.max(style.scale, LARGER)
    if (!chart) chart = echarts.init(canvas, null, { renderer: 'canvas', ...size })
    else if (chart.getWidth() !== size.width || chart.getHeight() !== size.height) chart.resize(size)
    // made anew each time: it costs no more than merging (4 ms a chart), and nothing of the last picture can stay
    chart.setOption(option(store, store.picture, key(), view(), size, style), { notMerge: true })
    place = layout(view(), size.width, size.height, style.scale)
    const last = place.parts[place.parts.length - 1]
    for (const part of [playhead, hair]) {
      part.style.top = `${place.parts[0].top}px`
      part.style.height = `${last.top + last.height - place.parts[0].top}px`
    }
    saidMonth = -1
    move(store.month)
  }

  function nameIt(agents) {
    const several = agents.length > 1
    heading.textContent = measureName(store, shown.measure)
    one.textContent = agentName(store, shown.who)
    whom.hidden = !several
    one.hidden = several
    const told = agents.map((who) => agentName(store, who))
    if (several && [...whom.options].map((o) => o.text).join() !== told.join()) {
      whom.replaceChildren(...agents.map((who, i) => el('option', { value: who }, told[i])))
    }
    whom.value = shown.who
    plot.setAttribute('aria-label', summary(store, store.picture, shown.measure, shown.who))
  }

  // ------------------------------------------------------------------------------------------------ playhead and hover

  const x = (month) => place.left + (place.width * month) / (store.picture.months - 1)

  /** Put the playhead on a month: moves one element, draws nothing. */
  function move(month) {
    if (!place || !series()) return
    playhead.style.transform = `translateX(${x(month)}px)`
    const whole = Math.floor(month)
    if (whole === saidMonth) return
    saidMonth = whole
    const { unit } = series()
    const now = reading(series(), Math.min(whole, store.picture.months - 1))
    const say = (side, options) => [side, bandWords(store, now[side], unit, options)]
    const [, median] = now.against.map((value) => value * factor(unit))
    const other = median ? rounded(store, [median], { places: placesOf(now.scenario, unit) })[0] : '0'
    const sides = [
      ...(view() === 'gap' ? [] : [say('scenario'), ['against', other]]),
      ...(view() === 'levels' ? [] : [say('gap', DIFFERENCE)]),
    ]
    const part = (side, words) => el('span', { class: `chart-${side}` }, `${t(`short_${side}`)} `, el('b', {}, words))
    const date = el('span', { class: 'chart-date' }, store.date(whole))
    read.replaceChildren(...sides.map(([side, words]) => part(side, words)), date)
  }

  function monthAt(event) {
    const box = canvas.getBoundingClientRect()
    const share = (event.clientX - box.left - place.left) / place.width
    return Math.min(Math.max(share, 0), 1) * (store.picture.months - 1)
  }

  let held = false // pressed here with a mouse: dragging scrubs; a finger scrolls the page
  plot.addEventListener('pointerdown', (event) => { held = event.pointerType !== 'touch' && event.button === 0 })
  plot.addEventListener('pointermove', (event) => {
    if (!place || !series()) return
    if (held && event.buttons) store.seek(Math.round(monthAt(event)))
    if (event.pointerType !== 'touch') hover(Math.round(monthAt(event)))
  })
  plot.addEventListener('pointerleave', () => { tip.hidden = hair.hidden = true })
  plot.addEventListener('click', (event) => {
    if (place && series() && !tip.contains(event.target)) store.seek(Math.round(monthAt(event)))
  })

  function hover(month) {
    const { unit } = series()
    const now = reading(series(), month)
    const row = (side, options) => [
      el('dt', { class: `chart-${side}` }, t(`short_${side}`)),
      el('dd', {}, bandWords(store, now[side], unit, options), ' ', unitWords(store, unit, side === 'gap')),
    ]
    const { picture } = store
    const marks = marksOn(picture, shown.measure, shown.who, view())
      .filter((mark) => month >= mark.from - NEAR && month <= mark.to + NEAR)
    const dated = changesByMonth(picture, store.catalogue).filter((one) => Math.abs(one.month - month) <= NEAR)
    const changed = ({ told }) => told.map((change) => changeWords(store, change, picture.first_year)).join('; ')
    tip.replaceChildren(
      el('strong', {}, store.date(month)),
      el('dl', {}, row('scenario'), row('against'), row('gap', DIFFERENCE)),
      ...marks.map((mark) => el('p', { class: 'chart-tip-article' }, markWords(store, mark))),
      ...dated.map((one) => el('p', {}, `${store.date(one.month)}: ${changed(one)}`)),
    )
    tip.hidden = hair.hidden = false
    const at = x(month)
    hair.style.transform = `translateX(${at}px)`
    const right = at < canvas.clientWidth / 2
    const beside = (room) => `${Math.min(room + ASIDE, canvas.clientWidth - tip.offsetWidth)}px`
    tip.style.left = right ? beside(at) : 'auto'
    tip.style.right = right ? 'auto' : beside(canvas.clientWidth - at)
  }

  function close() {
    closed = true
    if (chart) chart.dispose()
    root.remove()
  }

  if (large) root.classList.add('chart-large')
  return { root, tell, draw, move, close }
}
