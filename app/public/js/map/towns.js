// Towns: a dot for each, and a name where it hides nothing and nothing hides it.

import { overlap } from './arrange.js'
import { project } from './projection.js'
import { write } from './marks.js'

const ROOMY = 1000       // px from which small towns have their names
const SIDES = { right: [5, 0, 'left'], left: [-5, 0, 'right'], up: [-2, -9, 'left'], down: [0, 9, 'center'] }     // px
const AIR = 1            // px between names

/** Where each town's name stands, capitals first: { town: { at: [x, y], anchor, box } }. A town without room has none. */
export function townNames(g, { view, places, words }, standing) {
  if (view.narrow) return {}
  const size = sizeOf(view), found = {}
  const taken = [...standing]
  g.font = `500 ${size.toFixed(1)}px ${write.font}`
  const named = Object.entries(places.towns).filter(([, town]) => !town.quiet && !(town.small && view.width < ROOMY))
  for (const [name, town] of named.sort(([, a], [, b]) => b.capital - a.capital)) {
    const [x, y] = view.place(project(town.at))
    const wide = g.measureText(words(`map.town.${name}`)).width
    const wanted = town.label ?? 'right'
    for (const side of [wanted, ...Object.keys(SIDES).filter(other => other !== wanted)]) {
      const [dx, dy, anchor] = SIDES[side]
      const left = x + dx - wide * { left: 0, center: 0.5, right: 1 }[anchor]
      const box = [left - AIR, y + dy - 0.6 * size, left + wide + AIR, y + dy + 0.6 * size]
      if (box[0] < 0 || box[2] > view.width || box[1] < 0 || box[3] > view.height || taken.some(other => overlap(box, other))) continue
      taken.push(box)
      found[name] = { at: [x + dx, y + dy], anchor, box }
      break
    }
  }
  return found
}

/** Dots and names of capitals, or of the other towns that help to find one's way. */
export function drawTowns(g, { view, colours, places, words, names }, capitals) {
  const size = sizeOf(view)
  for (const [name, town] of Object.entries(places.towns)) {
    if (town.quiet || town.capital !== capitals) continue
    g.beginPath()
    g.arc(...view.place(project(town.at)), town.capital ? 2.6 : 1.8, 0, 2 * Math.PI)
    g.fillStyle = town.capital ? colours.ink : colours.plate
    g.strokeStyle = colours.ink
    g.lineWidth = 1
    g.fill()
    g.stroke()
    if (!names[name]) continue
    const { at, anchor } = names[name]
    write(g, words(`map.town.${name}`), at, { size, colour: colours.ink, halo: colours.halo, anchor })
  }
}

const sizeOf = view => 10 * view.text
