// Two rivers: width is what flows this month, above and below the reservoir; the reservoirs are vessels that fill.

import { at, now } from './series.js'
import { project } from './projection.js'
import { path } from './outlines.js'
import { rings, write } from './marks.js'

const WIDTH = 3.2            // px a cubic kilometre a month, on a map 900 px wide
const ROOMY = 950            // px of map, for text of 16 px, from which reservoirs have their names
const LEAST = 1.6
const NUMBER = 34, NAME = 60 // px beside a vessel, for text of 16 px, that its number or its name takes
const CURRENT = 5            // px a month that the ripples move

/** Shapes of the rivers and vessels: { basin: { above, below, vessel: {x, y, w, h}, name } }. */
export function waterShapes({ one, places, view }) {
  const k = view.text * (view.narrow ? 0.95 : 1)
  return Object.fromEntries(Object.keys(one.basins).filter(basin => places.rivers[basin]).map(basin => {
    const river = places.rivers[basin]
    const [name, { at: spot }] = Object.entries(places.reservoirs).find(([, r]) => r.basin === basin)
    const [x, y] = view.place(project(spot))
    const [above, below] = [river.above, river.below].map(line => curve(line.map(project)))
    return [basin, {
      above: path([above], view.place, false), below: path([below], view.place, false),
      name, foot: [x, y],
      vessel: { x: x - 11 * k, y: y - 36 * k, w: 22 * k, h: 27 * k },
    }]
  }))
}

// a smooth course through the points (Catmull and Rom)
function curve(points) {
  const drawn = []
  for (let i = 0; i < points.length - 1; i++) {
    const [p0, p1, p2, p3] = [points[i - 1] ?? points[i], points[i], points[i + 1], points[i + 2] ?? points[i + 1]]
    for (let s = 0; s < 1; s += 0.25) {
      drawn.push([0, 1].map(j => p1[j] + 0.5 * ((p2[j] - p0[j]) * s +
        (2 * p0[j] - 5 * p1[j] + 4 * p2[j] - p3[j]) * s ** 2 + (3 * p1[j] - p0[j] - 3 * p2[j] + p3[j]) * s ** 3)))
    }
  }
  return [...drawn, points.at(-1)]
}

export function drawRivers(g, { one, view, colours, rivers, store }, month) {
  const scale = WIDTH * view.width / 900
  g.lineJoin = g.lineCap = 'round'
  for (const [basin, river] of Object.entries(rivers)) {
    const { inflow, release, cooperating } = one.basins[basin]
    for (const [part, flow] of [['above', inflow], ['below', release]]) {
      const width = Math.max(LEAST, scale * at(flow, month)) * (view.narrow ? 1.5 : 1)
      g.strokeStyle = colours.water
      g.lineWidth = width
      g.stroke(river[part])
      if (part === 'below' && width > 1.6) {
        g.strokeStyle = colours.waterDeep
        g.lineWidth = Math.max(0.8, width / 3)
        g.setLineDash(now(cooperating, month) ? [9, 11] : [2, 9])
        g.lineDashOffset = store.reduced ? 0 : -month * CURRENT
        g.stroke(river[part])
        g.setLineDash([])
      }
    }
  }
  g.lineCap = 'butt'
}

export function drawReservoirs(g, { one, view, colours, rivers, percent, words }, month) {
  for (const [basin, { vessel, foot, name }] of Object.entries(rivers)) {
    const { storage, capacity, cooperating } = one.basins[basin]
    const { x, y, w, h } = vessel
    const full = Math.max(0, Math.min(1, at(storage, month) / capacity))
    g.strokeStyle = colours.waterDeep
    g.lineWidth = 1.2
    g.beginPath()
    g.moveTo(...foot)
    g.lineTo(x + w / 2, y + h)
    g.stroke()
    g.beginPath()
    g.moveTo(x, y)
    g.lineTo(x + 0.14 * w, y + h)
    g.lineTo(x + 0.86 * w, y + h)
    g.lineTo(x + w, y)
    g.closePath()
    g.fillStyle = colours.plate
    g.fill()
    g.save()
    g.clip()
    g.fillStyle = colours.water
    g.fillRect(x, y + h * (1 - full), w, h * full)
    g.fillStyle = colours.waterDeep
    g.fillRect(x, y + h * (1 - full) - 0.8, w, 1.6)
    g.restore()
    g.beginPath()
    g.moveTo(x - 1, y)
    g.lineTo(x + 0.14 * w, y + h)
    g.lineTo(x + 0.86 * w, y + h)
    g.lineTo(x + w + 1, y)
    g.strokeStyle = colours.waterDeep
    g.lineWidth = 1.8
    g.stroke()
    rings(g, [x + w / 2, y - 6 * view.text], 3.1 * view.text, colours, Boolean(now(cooperating, month)))
    const { size, named, at: beside } = wordsBeside(view, vessel)
    const look = { size, colour: colours.waterDeep, halo: colours.halo, anchor: view.narrow ? 'center' : 'left' }
    if (named) write(g, words(`map.reservoir.${name}`), beside, look)
    write(g, percent(full), [beside[0], beside[1] + (named ? size + 1 : 0)], { ...look, bold: true })
  }
}

/** What the vessels with their rings, and the words beside them, take: [left, top, right, bottom] in px. */
export const vesselBoxes = ({ view, rivers }) => Object.values(rivers).flatMap(({ vessel }) => {
  const { x, y, w, h } = vessel, { size, named, at: [left, top] } = wordsBeside(view, vessel)
  const words = [left, top - 0.6 * size, left + (named ? NAME : NUMBER) * view.text, top + 0.6 * size + (named ? size + 1 : 0)]
  return [[x, y - 10 * view.text, x + w, y + h], words]
})

function wordsBeside(view, { x, y, w, h }) {
  const named = view.width / view.text >= ROOMY
  const at = view.narrow ? [x + w / 2, y - 17 * view.text] : [x + w + 4, y + (named ? 0.3 : 0.55) * h]
  return { size: 10.5 * view.text, named, at }
}
