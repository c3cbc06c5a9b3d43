// Named corridors as routes: thin while nothing is built, a road under construction while money is spent, then firm.

import { now } from './series.js'
import { project } from './projection.js'
import { path, svgPath } from './outlines.js'

export const PLANNED = { inner: [1, 4], outward: [7, 6] }      // dashes while nothing is built
const BELT = 4              // px a month that the marks of works move

/** { name: { path, text, middle, outward } } of every corridor that the run knows. */
export function routeShapes({ one, places, view }) {
  return Object.fromEntries(Object.keys(one.corridors).filter(name => places.corridors[name]).map(name => {
    const { through, ties } = places.corridors[name]
    const lines = through.map(towns => towns.map(town => project(places.towns[town].at)))
    const first = lines[0]
    return [name, {
      path: path(lines, view.place, false), text: svgPath(lines, view.place, false),
      middle: view.place(first[Math.floor(first.length / 2)]), outward: !ties.length,
    }]
  }))
}

const building = (one, name, month) => now(one.corridors[name].programme, month) > 0
const built = (one, name, month) => now(one.corridors[name].works, month) > 0
const width = (view, firm) => (firm ? 3.6 : 1.5) * view.text

/** What the routes look like, but for what moves on them. */
export const routeKey = ({ one, routes }, month) =>
  Object.keys(routes).map(name => `${building(one, name, month)}${built(one, name, month)}`).join()

export function drawRoutes(g, { one, view, colours, routes }, month) {
  g.lineJoin = g.lineCap = 'round'
  for (const [name, route] of Object.entries(routes)) {
    const busy = building(one, name, month), firm = busy || built(one, name, month)
    if (firm) {
      g.strokeStyle = colours.halo
      g.lineWidth = width(view, firm) + 2
      g.stroke(route.path)
    }
    g.strokeStyle = busy ? colours.works : colours.route
    g.lineWidth = width(view, firm)
    if (!firm) g.setLineDash(route.outward ? PLANNED.outward : PLANNED.inner)
    g.stroke(route.path)
    g.setLineDash([])
  }
  g.lineCap = 'butt'
}

/** Works under way: marks that move along the route while time does. */
export function drawBelts(g, { one, view, colours, routes, store }, month) {
  g.lineCap = 'butt'
  g.strokeStyle = colours.halo
  g.lineWidth = width(view, true) * 0.45
  g.setLineDash([4, 6])
  g.lineDashOffset = store.reduced ? 0 : -month * BELT
  for (const name of Object.keys(routes)) if (building(one, name, month)) g.stroke(routes[name].path)
  g.setLineDash([])
}
