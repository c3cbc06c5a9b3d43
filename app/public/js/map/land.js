// The ground that does not move: sea, neighbours, meridians and names. Drawn once for a size, theme or language.

import { path } from './outlines.js'
import { project } from './projection.js'
import { write } from './marks.js'

const STATES = ['KZ', 'KG', 'TJ', 'TM', 'UZ']
const EVERY = 5          // degrees between the lines of the grid

export function drawLand(g, scene) {
  const { view, colours, outlines, places, words } = scene
  g.fillStyle = colours.plate
  g.fillRect(0, 0, view.width, view.height)
  g.save()
  g.beginPath()
  g.rect(0, 0, view.width, view.frame)
  g.clip()
  g.fillStyle = colours.sea
  g.fillRect(0, 0, view.width, view.frame)
  grid(g, view, colours)
  for (const [code, rings] of Object.entries(outlines.rings)) {
    if (STATES.includes(code)) continue
    const shape = path(rings, view.place, true)
    g.fillStyle = colours.land
    g.fill(shape, 'evenodd')
    g.strokeStyle = colours.landLine
    g.lineWidth = 0.8
    g.stroke(shape)
  }
  lift(g, scene)
  const small = 10.5 * view.text
  for (const [code, spot] of Object.entries(places.neighbours)) {
    write(g, words(`map.country.${code}`).toUpperCase(), view.place(project(spot)), {
      size: small, colour: colours.soft, spaced: 2, alpha: 0.75 })
  }
  g.restore()
}

function grid(g, view, colours) {
  g.strokeStyle = colours.landLine
  g.globalAlpha = 0.35
  g.lineWidth = 0.6
  const lines = []
  for (let x = 35; x <= 100; x += EVERY) lines.push(Array.from({ length: 20 }, (_, i) => project([x, 26 + 2 * i])))
  for (let y = 30; y <= 60; y += EVERY) lines.push(Array.from({ length: 35 }, (_, i) => project([34 + 2 * i, y])))
  g.stroke(path(lines, view.place, false))
  g.globalAlpha = 1
}

// the region stands out from its neighbours
function lift(g, { view, outlines, colours }) {
  g.save()
  g.shadowColor = colours.lift
  g.shadowBlur = 16 * view.text
  g.shadowOffsetY = 3
  g.fillStyle = colours.land
  for (const code of STATES) g.fill(path(outlines.rings[code], view.place, true), 'evenodd')
  g.restore()
}

/** Names of seas, over the states' fill. */
export function drawSeas(g, { view, colours, places, words }) {
  const size = 10 * view.text
  for (const [sea, spot] of Object.entries(places.seas)) {
    write(g, words(`map.sea.${sea}`), view.place(project(spot)), {
      size, colour: colours.waterDeep, italic: true, alpha: 0.9 })
  }
}
