// Outlines of states and neighbours (TopoJSON, see app/geo.py) as rings of points in km, and the borders between them.

import { project } from './projection.js'

/** region.json -> { rings: {code: [ring, …]}, borders: {'KG-KZ': [line, …]} }. */
export function readOutlines(topology) {
  const arcs = topology.arcs.map(arc => arc.map(project))
  const line = i => i < 0 ? [...arcs[-1 - i]].reverse() : arcs[i]
  const rings = {}, owners = arcs.map(() => [])
  for (const shape of topology.objects.outlines.geometries) {
    rings[shape.id] = shape.arcs.flat().map(ring => ring.flatMap(i => line(i).slice(1)))
    for (const i of shape.arcs.flat(2)) owners[i < 0 ? -1 - i : i].push(shape.id)
  }
  const borders = {}
  owners.forEach((codes, i) => {
    if (codes.length === 2) (borders[codes.sort().join('-')] ??= []).push(arcs[i])
  })
  return { rings, borders }
}

/** Path through rings or lines, each point placed on the screen by `place`. */
export function path(lines, place, closed) {
  const drawn = new Path2D()
  for (const points of lines) {
    points.forEach((point, i) => i ? drawn.lineTo(...place(point)) : drawn.moveTo(...place(point)))
    if (closed) drawn.closePath()
  }
  return drawn
}

/** The same as the text of an SVG path. */
export const svgPath = (lines, place, closed) => lines.map(points =>
  'M' + points.map(point => place(point).map(x => x.toFixed(1)).join(' ')).join('L') + (closed ? 'Z' : '')).join('')

/** Smallest box around rings: [left, top, right, bottom]. */
export function box(rings) {
  const xs = rings.flat().map(p => p[0]), ys = rings.flat().map(p => p[1])
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
}
