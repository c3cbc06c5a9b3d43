// A guided tour in the browser: what is kept of it, what its claims come to on the picture shown, and what it points at.
// The sums are those of app/claims.py, on the bands that the picture holds.

import { store } from './store.js'
import { SUBJECTS } from './charts/subjects.js'
import { keyAsks } from './player.js'

const KEPT = 'corridors.lessons' // in the browser's own store: how far this visitor has come in each lesson
const POINTED = 'data-pointed'
const PARTS = {
  map: '.c-map', player: '.c-player', levers: '.c-levers', charts: '.c-charts', odds: '.c-odds .odds',
  futures: '.c-odds .futures', why: '.c-why', share: '.c-share',
}
const AGAIN = 100, PATIENCE = 30_000 // ms: how often a part that does not stand yet is looked for, and how long
const EPSILON = 1e-9 // numbers travel rounded; an end of a band that is 0 is 0

/** The lessons in a language: [{ name, title, about, minutes, steps, wrong, silent }]. */
export async function load(lang) {
  const answer = await fetch(`/corridors/lessons/${encodeURIComponent(lang)}.json`)
  if (!answer.ok) throw new Error(`lessons: ${answer.status}`)
  return Object.freeze((await answer.json()).lessons)
}

// ------------------------------------------------------------------------------------------- what the model says

/** Low, median and high of what a claim speaks of, on the picture shown; null if the picture does not hold it. */
export function measured(claim, picture) {
  if (claim.of === 'future') {
    const share = picture.futures?.scenario[picture.futures.names.indexOf(claim.who)]
    return share === undefined ? null : [share, share, share]
  }
  const years = picture.yearly[claim.key], at = claim.year - picture.first_year
  if (!years || !years.gap[at]) return null
  if (claim.of === 'level') return years.scenario[at]
  if (claim.of === 'level against') return years.against[at]
  if (claim.of === 'share of rise') return years.gap[at].map(x => x / (years.scenario[at][1] - years.scenario[0][1]))
  if (claim.of === 'difference') return years.gap[at]
  const odds = picture.odds.find(o => o.key === claim.key && o.year === claim.year)
  const share = odds && (claim.of === 'runs with more' ? odds.more : odds.less)
  return share === undefined ? null : [share, share, share]
}

/** Is what a claim says so, given low, median and high? */
export function holds(claim, [low, median, high]) {
  const [first, second] = claim.value
  return {
    'surely more': low > EPSILON, 'surely less': high < -EPSILON, 'no sure difference': low <= EPSILON && high >= -EPSILON,
    above: median > first, below: median < first, between: median >= first && median <= second,
  }[claim.is]
}

/** Is a figure a share of something, to be told in per cent? */
export const isShare = (claim, unit) => unit === 'share' || ['share of rise', 'runs with more', 'runs with less', 'future'].includes(claim.of)

// ------------------------------------------------------------------------------------------- where the visitor is

let asked = null // asked for on another page, which the simulation opens when it stands

/** Go to a step (from 1) of a lesson, from whichever page. */
export function begin(name, step = 1) {
  asked = { name, step, fresh: true }
  store.go(`/?lesson=${name}&step=${step}`)
}

/** Which lesson and step to open: { name, step, fresh }, or null. fresh: the step sets the scenario too. */
export function wanted() {
  const here = new URLSearchParams(location.search)
  const name = here.get('lesson')
  const own = [...here.keys()].some(key => !['lesson', 'step', 'lang', 'theme', 'present', 'page'].includes(key))
  const found = asked || (name && { name, step: Number(here.get('step')) || 1, fresh: !own })
  asked = null
  return found || null
}

/** Write lesson and step into the page's address; no name takes them out. */
export function note(name, step) {
  const parts = location.search.slice(1).split('&').filter(part => part && !/^(lesson|step)=/.test(part))
  if (name) parts.push(`lesson=${name}`, `step=${step}`)
  history.replaceState(history.state, '', location.pathname + (parts.length ? `?${parts.join('&')}` : '') + location.hash)
}

/** How far a lesson has come: { step, chosen: { step: answer } }. */
export function progress(name) {
  return recall()[name] || { step: 0, chosen: {} }
}

export function keep(name, at) {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...recall(), [name]: at }))
  } catch { /* a browser that keeps nothing begins each time anew */ }
}

function recall() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) || {}
  } catch {
    return {}
  }
}

// ------------------------------------------------------------------------------------------- pointing at the page

let later = 0 // a try to point again
let lent = null // a chart that the lesson has put on the board, and takes away again

/** Mark a part of the page and bring it into sight: ["charts", "storage", "Syr", "Darya"]; waits for charts to stand. */
export function point([part, ...what], moving = true, left = PATIENCE) {
  unpoint()
  const charts = part === 'charts' && what.length > 0
  if (charts && !box(what[0]) && left > 0) {
    later = setTimeout(point, AGAIN, [part, ...what], moving, left - AGAIN)
    return
  }
  if (charts) showChart(what[0], what.slice(1).join(' '))
  const found = (charts && document.querySelector(chart(what[0]))) || document.querySelector(PARTS[part])
  if (!found) return
  found.setAttribute(POINTED, '')
  const tall = found.offsetHeight > innerHeight * 0.8
  if (moving) found.scrollIntoView({ block: tall ? 'start' : 'center', behavior: store.reduced ? 'auto' : 'smooth' })
}

export function unpoint() {
  clearTimeout(later)
  document.querySelectorAll(`[${POINTED}]`).forEach(found => found.removeAttribute(POINTED))
}

/** Take away the chart that a step had put on the board. */
export function giveBack() {
  if (lent) box(lent)?.checked && box(lent).click()
  lent = null
}

const chart = measure => `.chart-panel[data-measure="${measure}"]`
const box = measure => document.querySelectorAll('.chart-picker input')[SUBJECTS.findIndex(s => s.measure === measure)]

function showChart(measure, who) {
  if (lent !== measure) giveBack()
  if (!document.querySelector(chart(measure)) && box(measure)) {
    box(measure).click()
    lent = measure
  }
  const whose = document.querySelector(`${chart(measure)} select.chart-who`)
  if (whose && who && whose.value !== who && [...whose.options].some(o => o.value === who)) {
    whose.value = who
    whose.dispatchEvent(new Event('change', { bubbles: true }))
  }
}

// ------------------------------------------------------------------------------------------- keys

// By the place of the key, so that n, b and p work on a Cyrillic layout too.
const KEYS = { KeyN: { move: 1 }, KeyB: { move: -1 }, KeyP: { present: true } }

/** What a key asks of the lesson or the presenter, or nothing; typing is left alone, as the player leaves it. */
export function keyOf(event) {
  const plain = keyAsks({ key: 'Home', target: event.target, defaultPrevented: event.defaultPrevented, ctrlKey: event.ctrlKey, altKey: event.altKey, metaKey: event.metaKey })
  const onButton = event.target instanceof Element && event.target.closest('button, summary, a[href]')
  if (!plain && !(onButton && !event.ctrlKey && !event.altKey && !event.metaKey)) return null
  if (event.shiftKey || event.target.closest?.('dialog, [role=dialog]')) return null
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)
  return digit ? { choose: Number(digit[1]) - 1 } : KEYS[event.code] || null
}

document.addEventListener('keydown', event => {
  if (keyOf(event)?.present) store.look({ present: !store.present })
})
