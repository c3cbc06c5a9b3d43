// The board of charts: which are shown, levels or differences, and when they are drawn.

import { closing, el, segmented } from './charts/dom.js'
import { openEnlarged } from './charts/enlarged.js'
import { bandsTold, legendList } from './charts/legend.js'
import { loadEcharts } from './charts/look.js'
import { panel } from './charts/panel.js'
import { FIRST_SHOWN, SUBJECTS, subjectOf } from './charts/subjects.js'
import { measureName } from './charts/words.js'

const KEPT = 'corridors.charts' // in the browser's own store: what this visitor chose to see

/** Fill `root` with charts of the store's picture. Returns a function that takes them away again. */
export function board(root, store) {
  const t = (key, args) => store.t(`chart.${key}`, args)
  const state = recall()
  const panels = new Map() // measure -> panel
  const stale = new Set() // measures whose chart is out of date
  const inSight = new Set()
  let frame = 0
  const legend = el('div')
  const told = el('p', { class: 'chart-bands' })
  const grid = el('div', { class: 'chart-grid' })
  const bar = el('div', { class: 'chart-bar' })
  const heading = el('h2', { class: 'visually-hidden' })
  root.append(heading, bar, legend, told, grid)

  function furnish() {
    heading.textContent = t('heading')
    const picks = SUBJECTS.map(({ measure }) => {
      const checked = state.shown.some((one) => one.measure === measure)
      const box = el('input', { type: 'checkbox', checked, onchange: () => toggle(measure) })
      return el('label', {}, box, el('span', {}, measureName(store, measure)))
    })
    const picker = el('details', { class: 'chart-picker' }, el('summary', {}, t('choose')), el('div', {}, picks))
    const views = [['levels', t('levels')], ['gap', t('paired')]]
    bar.replaceChildren(
      segmented('chart-view', t('view'), views, state.view, (view) => { state.view = view; keep(); all() }),
      closing(picker),
    )
  }

  function toggle(measure) {
    const others = state.shown.filter((one) => one.measure !== measure)
    const place = (one) => SUBJECTS.findIndex((subject) => subject.measure === one.measure)
    const added = others.length < state.shown.length ? [] : [first(measure)]
    state.shown = [...others, ...added].sort((a, b) => place(a) - place(b))
    keep()
    arrange()
  }

  /** Panels for the charts that are chosen, in order; those that stay are moved, not made anew. */
  function arrange() {
    for (const [measure, one] of panels) {
      if (state.shown.some((chosen) => chosen.measure === measure)) continue
      sight.unobserve(one.root)
      one.close()
      panels.delete(measure)
      inSight.delete(measure)
    }
    for (const chosen of state.shown) {
      if (panels.has(chosen.measure)) continue
      const enlarge = () => store.picture && openEnlarged(store, state.shown, state.shown.indexOf(chosen))
      const made = panel(store, { shown: chosen, view: () => state.view, onenlarge: enlarge, onwho: keep })
      made.root.dataset.measure = chosen.measure
      panels.set(chosen.measure, made)
      stale.add(chosen.measure)
      made.tell()
    }
    grid.replaceChildren(...state.shown.map((chosen) => panels.get(chosen.measure).root))
    for (const one of panels.values()) sight.observe(one.root)
    size.disconnect()
    size.observe(grid)
    if (!state.shown.length) grid.append(el('p', {}, t('none')))
  }

  /** Everything is out of date; what is in sight is drawn in the next frame. */
  function all() {
    for (const [measure, one] of panels) {
      one.tell()
      stale.add(measure)
    }
    if (store.picture) {
      legend.replaceChildren(legendList(store, store.picture, state.view, { short: store.present }))
      told.textContent = bandsTold(store, store.picture)
    }
    soon()
  }

  function soon() {
    if (!frame) frame = requestAnimationFrame(flush)
  }

  function flush() {
    frame = 0
    if (!store.picture) return
    for (const measure of [...stale]) {
      if (!inSight.has(measure) || !panels.has(measure)) continue
      stale.delete(measure)
      panels.get(measure).draw()
    }
  }

  const sight = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      const { measure } = target.dataset
      inSight[isIntersecting ? 'add' : 'delete'](measure)
      if (isIntersecting && panels.has(measure)) panels.get(measure).move(store.month)
    }
    soon()
  }, { rootMargin: '120px' })
  const size = new ResizeObserver(all)

  function anew() { // another language
    panels.forEach((one) => one.close())
    panels.clear()
    furnish()
    arrange()
    all()
  }

  function keep() {
    try {
      localStorage.setItem(KEPT, JSON.stringify(state))
    } catch { /* a browser that keeps nothing still shows charts */ }
  }

  loadEcharts()
  const off = [
    store.on('picture', all),
    store.on('look', all),
    store.on('catalogue', anew),
    store.on('month', () => panels.forEach((one, measure) => inSight.has(measure) && one.move(store.month))),
  ]
  anew()
  return () => {
    off.forEach((stop) => stop())
    cancelAnimationFrame(frame)
    sight.disconnect()
    size.disconnect()
    panels.forEach((one) => one.close())
    root.replaceChildren()
  }
}

const first = (measure) => ({ measure, who: subjectOf(measure).who })

/** What this visitor chose before, less what no longer exists. */
function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT))
    const known = kept.shown.filter((one) => subjectOf(one.measure))
    const shown = known.map(({ measure, who }) => ({ measure, who: String(who) }))
    return { shown, view: kept.view === 'gap' ? 'gap' : 'levels' }
  } catch {
    return { shown: FIRST_SHOWN.map(first), view: 'levels' }
  }
}
