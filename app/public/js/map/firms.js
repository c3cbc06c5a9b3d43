// Where the dots of the hub's circle stand: a home on their own side of the border; a slot in the hub while tenants.

import { ease } from './series.js'

const GOLDEN = 2.399963        // radians: turn from one slot to the next
export const MOVE = 0.9               // months that a move takes on the screen
const YARD = 0.42              // radius of the hub against the circle's
const EDGE = 0.95              // homes reach to here,
const CAP = 0.82               // and to here above and below, where the states' names stand
const GAP = 0.045              // left free along the border

/** Homes, slots and stays of all firms, in units of the circle's radius; months in which somebody moves. */
export function settle({ firms, hub }) {
  const spots = [0, 1].map(side => scatter(firms.side.filter(x => x === side).length, side))
  const homes = firms.side.map(side => spots[side].pop())
  const most = Math.max(1, Math.ceil(Math.max(...hub.places, ...hub.tenants) / firms.weight))
  const slots = Array.from({ length: most }, (_, i) => {
    const r = (YARD - 0.05) * Math.sqrt((i + 0.6) / most)
    return [r * Math.cos(i * GOLDEN), r * Math.sin(i * GOLDEN)]
  })
  const stirs = [...new Set(firms.in_hub.flat())].filter(month => month < hub.places.length)
  return { homes, slots, stirs, stays: book(firms.in_hub, most), dot: 0.5 / Math.sqrt(firms.side.length), yard: YARD }
}

// homes of one side, evenly spread like the seeds of a sunflower, in no order of place
function scatter(count, side) {
  const free = []
  for (let seeds = 2 * count; free.length < count; seeds = Math.ceil(seeds * 1.03)) {
    free.length = 0
    for (let i = 0; i < seeds; i++) {
      const r = EDGE * Math.sqrt((i + 0.5) / seeds)
      const [x, y] = [r * Math.cos(i * GOLDEN), r * Math.sin(i * GOLDEN)]
      if (r > YARD + 0.05 && (side ? y > GAP : y < -GAP) && Math.abs(y) < CAP) free.push([x, y])
    }
  }
  const order = free.map((spot, i) => [(i * GOLDEN) % 1, spot]).sort((a, b) => a[0] - b[0])
  return order.slice(0, count).map(([, spot]) => spot)
}

// the free slot nearest the middle goes to who comes; at the same month those who leave go first
function book(spans, most) {
  const events = []
  spans.forEach((months, firm) => months.forEach((month, i) => events.push([month, i % 2 ? 0 : 1, firm, i >> 1])))
  events.sort((a, b) => a[0] - b[0] || a[1] - b[1])
  const free = Array.from({ length: most }, (_, i) => i), stays = spans.map(() => [])
  for (const [month, comes, firm, stay] of events) {
    if (comes) {
      free.sort((a, b) => a - b)
      stays[firm][stay] = { from: month, to: Infinity, slot: free.length ? free.shift() : most - 1 }
    } else {
      stays[firm][stay].to = month
      free.push(stays[firm][stay].slot)
    }
  }
  return stays
}

/** Where a firm stands at a month; `end`: months of the run, at which nobody leaves. */
export function whereabouts({ homes, slots, stays }, firm, month, end) {
  for (const { from, to, slot } of stays[firm]) {
    if (month <= from - MOVE || (to < end && month >= to)) continue
    const share = Math.min(ease((month - from + MOVE) / MOVE), to < end ? ease((to - month) / MOVE) : 1)
    return homes[firm].map((x, i) => x + (slots[slot][i] - x) * share)
  }
  return homes[firm]
}

/** Is a month within the spans [in, out, in, out, …]? */
export function within(spans, month) {
  for (let i = 0; i < spans.length; i += 2) if (month >= spans[i] && month < (spans[i + 1] ?? Infinity)) return true
  return false
}
