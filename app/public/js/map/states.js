// The five states: filled by attention or trust, with the number printed; a shut border is marked along its line.

import { path } from './outlines.js'
import { project } from './projection.js'
import { fillOf, now } from './series.js'
import { write } from './marks.js'

/** Paths that only a new size changes. */
export function stateShapes({ view, outlines, places }) {
  const codes = Object.keys(places.plates)
  return {
    fills: Object.fromEntries(codes.map(code => [code, path(outlines.rings[code], view.place, true)])),
    spots: Object.fromEntries(codes.map(code => [code, view.place(project(places.plates[code]))])),
    borders: Object.fromEntries(Object.keys(outlines.borders).map(key =>
      [key, path(outlines.borders[key], view.place, false)])),
  }
}

/** What the fill depends on, coarse enough that it is drawn again only when an eye could tell. */
export const fillKey = ({ one, fill }, month) => Object.keys(one.states)
  .map(code => Math.round(100 * fillOf(one, code, fill, month))).join() +
  Object.values(one.ties).map(tie => now(tie.shut, month)).join('')

export function drawStates(g, scene, month) {
  const { one, view, colours, shapes, fill } = scene
  g.lineJoin = 'round'
  for (const code of Object.keys(one.states)) {
    g.fillStyle = colours[fill](fillOf(one, code, fill, month))
    g.fill(shapes.fills[code], 'evenodd')
    g.strokeStyle = colours.stateLine
    g.lineWidth = 1.1
    g.stroke(shapes.fills[code])
  }
  for (const [tie, { shut }] of Object.entries(one.ties)) {
    const border = shapes.borders[tie.split('-').sort().join('-')]
    if (!border || !now(shut, month)) continue
    g.strokeStyle = colours.halo
    g.lineWidth = 5 * view.text
    g.stroke(border)
    g.strokeStyle = colours.shut
    g.lineWidth = 3.2 * view.text
    g.setLineDash([2.5, 3.5])         // a fence, not only a colour
    g.stroke(border)
    g.setLineDash([])
  }
}

/** The states' plates: [left, top, right, bottom] in px. */
export const plateBoxes = (g, scene) => Object.keys(scene.one.states).map(code => plateBox(g, scene, code))

function plateBox(g, { view, shapes, agents, widths }, code) {
  const [x, y] = shapes.spots[code], size = plateSize(view), name = agents(code)
  g.font = `700 ${size}px ${write.font}`
  widths[name] ??= g.measureText(name).width
  const half = Math.max(widths[name], 2.2 * size) / 2 + 0.55 * size
  return [x - half, y - 1.4 * size, x + half, y + 1.4 * size]
}

const plateSize = view => 12 * view.text

/** Name and number on a plate at the middle of each state. */
export function drawPlates(g, scene, month) {
  const { one, view, colours, shapes, agents, percent, fill } = scene
  const size = plateSize(view)
  for (const code of Object.keys(one.states)) {
    const [x, y] = shapes.spots[code]
    const name = agents(code), told = percent(fillOf(one, code, fill, month))
    const [left, top, right, bottom] = plateBox(g, scene, code)
    g.beginPath()
    g.roundRect(left, top, right - left, bottom - top, 0.5 * size)
    g.globalAlpha = 0.9
    g.fillStyle = colours.plate
    g.fill()
    g.globalAlpha = 1
    g.strokeStyle = colours.plateLine
    g.lineWidth = 1
    g.stroke()
    write(g, name, [x, y - 0.58 * size], { size: 0.92 * size, colour: colours.ink })
    write(g, told, [x, y + 0.66 * size], { size: 1.12 * size, colour: colours.ink, bold: true })
  }
}
