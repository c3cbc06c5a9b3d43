// The border hub through a lens: the border across it, the hub's yard in the middle, a dot for every sampled firm.

import { now } from './series.js'
import { project } from './projection.js'
import { firms, write } from './marks.js'
import { MOVE, whereabouts, within } from './firms.js'

const STEPS = 24             // pictures a month while a firm moves

/** The lens itself, which does not move: sides, border, yard, and the line to the place on the map. */
export function drawLens(g, scene) {
  const { view, colours, places, one, agents, crowd } = scene
  const { x, y, r } = view.hub
  const from = view.place(project(places.towns[places.hubs[one.hub.name].town].at))
  g.strokeStyle = colours.hubLine
  g.lineWidth = 1.3
  const away = Math.hypot(x - from[0], y - from[1]), turn = Math.atan2(y - from[1], x - from[0])
  const wide = Math.asin(r / away)
  const reach = Math.sqrt(away * away - r * r)
  g.beginPath()
  for (const side of [-1, 1]) {
    g.moveTo(...from)
    g.lineTo(from[0] + reach * Math.cos(turn + side * wide), from[1] + reach * Math.sin(turn + side * wide))
  }
  g.globalAlpha = 0.6
  g.stroke()
  g.globalAlpha = 1
  g.beginPath()
  g.arc(x, y, r, 0, 2 * Math.PI)
  g.fillStyle = colours.plate
  g.fill()
  g.save()
  g.clip()
  g.fillStyle = colours.land
  g.globalAlpha = 0.55
  g.fillRect(x - r, y, 2 * r, r)
  g.globalAlpha = 1
  g.strokeStyle = colours.stateLine
  g.lineWidth = 1.6
  g.setLineDash([6, 4])
  g.beginPath()
  g.moveTo(x - r, y)
  g.lineTo(x + r, y)
  g.stroke()
  g.setLineDash([])
  g.restore()
  g.beginPath()
  g.arc(x, y, crowd.yard * r, 0, 2 * Math.PI)
  g.fillStyle = colours.hub
  g.fill()
  g.lineWidth = 1.4
  g.strokeStyle = colours.hubLine
  g.stroke()
  g.beginPath()
  g.arc(x, y, r, 0, 2 * Math.PI)
  g.lineWidth = 2.4
  g.stroke()
  g.beginPath()
  g.arc(...from, 4.2 * view.text, 0, 2 * Math.PI)
  g.lineWidth = 2
  g.stroke()
  const size = 11 * view.text
  for (const [side, code] of one.firms.sides.entries()) {
    write(g, agents(code), [x, y + (side ? 1 : -1) * (r - 1.25 * size)], {
      size, colour: colours.ink, halo: colours.plate, bold: true })
  }
}

/** What the dots depend on: the month, and while somebody moves, the part of it. */
export function crowdKey({ crowd, one }, month) {
  const moves = crowd.stirs.some(at => month > at - MOVE && month < at + MOVE)
  return moves ? Math.round(STEPS * month) / STEPS : Math.min(Math.floor(month), one.hub.places.length)
}

/** Places ready for tenants, and every firm where it stands. */
export function drawFirms(g, { one, view, crowd, colours }, month) {
  const { x, y, r } = view.hub
  const { firms: pool, hub } = one
  g.clearRect(x - r, y - r, 2 * r, 2 * r)
  const ready = Math.round(now(hub.places, month) / pool.weight)
  const half = Math.max(2, crowd.dot * r * 1.5)
  g.strokeStyle = colours.slot
  g.lineWidth = 1
  g.beginPath()
  for (const [sx, sy] of crowd.slots.slice(0, ready)) g.rect(x + sx * r - half, y + sy * r - half, 2 * half, 2 * half)
  g.stroke()
  const alike = pool.sectors.map(() => [[], []])
  for (let i = 0; i < pool.side.length; i++) {
    const [fx, fy] = whereabouts(crowd, i, month, hub.places.length)
    alike[pool.sector[i]][within(pool.exporting[i], month) ? 1 : 0].push([x + fx * r, y + fy * r])
  }
  alike.forEach((kinds, sector) => kinds.forEach((spots, exports) =>
    firms(g, sector, spots, Math.max(1.5, crowd.dot * r), { colours, exports })))
}

/** Name and count under the lens. */
export function drawHubCount(g, { one, view, colours, words, store, agents }, month) {
  const { x, y, r } = view.hub
  const size = 12 * view.text
  const look = { size, colour: colours.ink, halo: colours.halo, within: view.width - 4 }
  write(g, words('map.hub_title', { hub: agents(one.hub.name) }), [x, y - r - 1.1 * size], { ...look, bold: true })
  const whole = x => store.number(Math.round(x), 1)
  const [tenants, places] = [one.hub.tenants, one.hub.places].map(series => whole(now(series, month)))
  write(g, words('map.hub_count', { tenants, places }), [x, y + r + 1.1 * size], look)
}
