// Where things stand on the map: the region, the hub's circle and the blocs, for a width and a text size.

import { box } from './outlines.js'

const LOWEST = 0.45              // height of the map against its width, where the window is low
export const NARROW = 600      // px; below it the hub stands under the map
const STATES = ['KZ', 'KG', 'TJ', 'TM', 'UZ']

// Shares of width and height. Blocs stand on the side that their leading power lies on.
const WIDE = {
  ratio: 0.645, frame: 1, region: [0.02, 0.035, 0.82, 0.95], hub: [0.872, 0.68, 0.116],
  blocs: { EU: [0.045, 0.2], CIS: [0.125, 0.075], EAEU: [0.245, 0.06], CSTO: [0.66, 0.065], SCO: [0.935, 0.16],
           BRI: [0.73, 0.925], OTS: [0.05, 0.9] },
}
const SLIM = {
  ratio: 1.9, region: [0.03, 0.072, 0.97, 0.425], hub: [0.5, 0.752, 0.38], frame: 0.48,
  blocs: { EU: [0.1, 0.12], CIS: [0.13, 0.04], EAEU: [0.38, 0.027], CSTO: [0.64, 0.027], SCO: [0.87, 0.04],
           OTS: [0.1, 0.4], BRI: [0.89, 0.42] },
}
const TABLES = { wide: WIDE, slim: SLIM }

/** Sizes in px: { width, height, narrow, text, km, place(point in km), hub: {x, y, r}, blocs: {name: [x, y]} }.
    room: px of height that the window leaves for it. */
export function arrange(width, text, outlines, room = Infinity) {
  const narrow = width < NARROW
  const table = narrow ? TABLES.slim : TABLES.wide
  const height = Math.round(Math.max(LOWEST * width, Math.min(table.ratio * width, narrow ? Infinity : room)))
  const [left, top, right, bottom] = box(STATES.flatMap(code => outlines.rings[code]))
  const [x0, y0, x1, y1] = table.region.map((share, i) => share * (i % 2 ? height : width))
  const km = Math.min((x1 - x0) / (right - left), (y1 - y0) / (bottom - top))
  const shift = [(x0 + x1 - km * (left + right)) / 2, (y0 + y1 - km * (top + bottom)) / 2]
  const place = ([x, y]) => [shift[0] + km * x, shift[1] + km * y]
  const [hx, hy, hr] = table.hub
  const blocs = {}
  for (const [name, [x, y]] of Object.entries(table.blocs)) blocs[name] = [x * width, y * height]
  return {
    width, height, narrow,
    text: narrow ? 0.82 * Math.min(text, 1.3) : text * Math.max(0.85, Math.min(1.15, width / 900)),
    km, place, hub: { x: hx * width, y: hy * height, r: hr * width }, blocs,
    frame: height * table.frame,      // the land is drawn down to here
  }
}

/** Do two boxes [left, top, right, bottom] share a spot? */
export const overlap = ([a, b, c, d], [p, q, r, s]) => a < r && p < c && b < s && q < d
