// What the player shows beside the clock (which is the store's): speeds, ticks, marks of dated changes, and keys.

import { MONTHS, lastSaid, monthOf } from './levers.js'

export const SPEEDS = [3, 6, 12, 24]     // months a second: from a quarter of a year to two years
const YEAR = MONTHS
const TYPED = 'input:not([type=range]), select, textarea, button, summary, a[href], [contenteditable], dialog'
const SLIDER = 'input[type=range]'

/** The speed on offer that is nearest to one. */
export function nearestSpeed (speed) {
  return SPEEDS.reduce((best, s) => Math.abs(s - speed) < Math.abs(best - speed) ? s : best)
}

/** January of every year: [{ month, year }]. */
export function yearsOf (months, firstYear) {
  return Array.from({ length: Math.ceil(months / YEAR) }, (_, i) => ({ month: i * YEAR, year: firstYear + i }))
}

/** Dated changes as marks, one a month: [{ month, own, changes }]; what stands from the first month on is no turn. */
export function marksOf (changes, firstYear) {
  const marks = new Map()
  for (const change of lastSaid(changes)) {
    const month = monthOf(change.at, firstYear)
    if (month <= 0) continue
    const mark = marks.get(month) || { month, own: false, changes: [] }
    mark.own = mark.own || change.own
    mark.changes.push(change)
    marks.set(month, mark)
  }
  return [...marks.values()]
}

/** What a key asks of the player, if anything: typing is left alone, and a slider keeps all its keys but the space. */
export function keyAsks (event, scrubbing = false) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return null
  const on = event.target instanceof Element ? event.target : document.body
  if (on.closest(TYPED) && !on.matches(SLIDER)) return null
  if (event.key === ' ') return { toggle: true }
  if (on.matches(SLIDER) && !scrubbing) return null
  const far = event.shiftKey ? YEAR : 1
  return {
    ArrowRight: { step: far }, ArrowLeft: { step: -far }, PageUp: { step: YEAR }, PageDown: { step: -YEAR },
    Home: { seek: 0 }, End: { seek: Infinity },
  }[scrubbing || !event.key.startsWith('Page') ? event.key : ''] || null
}
