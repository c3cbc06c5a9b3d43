// The ten ties: width is trade; beads run both ways; works, shut borders and disputes have marks of their own.

import { overlap } from './arrange.js'
import { at, now, since } from './series.js'
import { flash, shut, works, write } from './marks.js'

const WIDTH = 2.1           // px a bn US$ a year, on a map 900 px wide
const LEAST = 1.1           // px
const MOST = 15             // bn US$ a year: a tie with more is drawn no wider, or it would hide the map
const TOLD = 0.5            // bn US$ a year from which a tie's trade is printed
const MARK = 8              // px, radius of a mark for text of 16 px
const NUMBER = [15, 7]      // half width and height of the print, px for text of 16 px
const TRIED = [0, 0.06, -0.06, 0.12, -0.12, 0.18, -0.18, 0.24, -0.24] // shares of the way that a number gives way
const BEADS = 5             // px a month that beads move
const LINGERS = 0.45        // s that a flash can be seen while playing; at rest, its month
// Where along the tie its mark and its number stand; else at the middle, the number beside the mark.
const SPOTS = {
  'KZ-KG': [0.5, 0.3], 'KZ-TJ': [0.62, 0.48], 'KG-UZ': [0.62, 0.76], 'KZ-TM': [0.4, 0.6], 'KZ-UZ': [0.4, 0.58],
}
// Sideways bend against length, so that no tie hides another; bends to the left of the way from the first state.
const BEND = { 'KZ-KG': -0.16, 'KZ-UZ': 0.1, 'KZ-TJ': -0.05, 'KZ-TM': 0.24, 'KG-UZ': -0.16, 'KG-TM': 0.2,
  'KG-TJ': -0.22, 'TJ-UZ': 0.1, 'TJ-TM': -0.16, 'TM-UZ': 0.28 }

/** Curves of the ties, from plate to plate: { a, c, b, normal, mid, number, box, curve (Path2D), text (of an SVG path) }.
    box: what the number takes, clear of the boxes that stand already; null if none is ever printed. */
export function tieCurves({ one, shapes, view }, fixed) {
  const standing = [...fixed]
  return Object.fromEntries(Object.entries(one.ties).map(([tie, series]) => {
    const [a, b] = tie.split('-').map(code => shapes.spots[code])
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
    const length = Math.hypot(dx, dy)
    const normal = [dy / length, -dx / length]
    const lift = 2 * (BEND[tie] ?? 0.1) * length
    const c = [(a[0] + b[0]) / 2 + normal[0] * lift, (a[1] + b[1]) / 2 + normal[1] * lift]
    const [mark, wanted] = SPOTS[tie] ?? [0.5, 0.5]
    const text = `M${a.map(Math.round)}Q${c.map(Math.round)} ${b.map(Math.round)}`
    const along = share => spot({ a, b, c }, share)
    const curve = { a, b, c, normal, text, mid: along(mark), curve: new Path2D(text) }
    const boxAt = share => numberBox(view, along(share), normal, series)
    const room = share => !standing.some(other => overlap(boxAt(share), other))
    const share = TRIED.map(by => wanted + by).find(room) ?? wanted
    curve.number = along(share)
    curve.box = !view.narrow && Math.max(...series.trade) >= TOLD ? boxAt(share) : null
    if (curve.box) standing.push(curve.box)
    return [tie, curve]
  }))
}

// what a number beside a tie takes, wherever the tie's width moves it during the run
function numberBox(view, number, normal, { trade }) {
  const [w, h] = NUMBER.map(half => half * view.text)
  const [[a, b], [c, d]] = [Math.min, Math.max].map(end => beside(number, normal, numberShift(view, end(...trade))))
  return [Math.min(a, c) - w, Math.min(b, d) - h, Math.max(a, c) + w, Math.max(b, d) + h]
}

const beside = ([x, y], [nx, ny], shift) => [x + nx * shift, y + ny * shift]
const numberShift = (view, trade) => tieWidth(view, trade) / 2 + 1.1 * MARK * view.text + 2

/** Point of a curve at a share of its way. */
export const spot = ({ a, b, c }, s) =>
  [0, 1].map(i => (1 - s) ** 2 * a[i] + 2 * s * (1 - s) * c[i] + s * s * b[i])

/** Is money for works being spent on the tie? */
export const worksOn = ({ one, places }, tie, month) => Object.entries(one.corridors).some(([name, corridor]) =>
  places.corridors[name]?.ties.includes(tie) && now(corridor.programme, month) > 0)

export const tieWidth = (view, trade) => Math.max(LEAST, WIDTH * Math.min(trade, MOST) * view.width / 900 * (view.narrow ? 1.6 : 1))

export function drawTies(g, scene, month) {
  const { one, view, colours, curves, store } = scene
  g.lineCap = 'round'
  for (const [tie, series] of Object.entries(one.ties)) {
    const width = tieWidth(view, at(series.trade, month))
    const closed = now(series.shut, month)
    const { curve } = curves[tie]
    g.globalAlpha = 0.55
    g.strokeStyle = colours.halo
    g.lineWidth = width + 2
    g.stroke(curve)
    g.globalAlpha = 0.92
    g.strokeStyle = closed ? colours.shut : worksOn(scene, tie, month) ? colours.works : colours.tie
    g.lineWidth = width
    if (closed) g.setLineDash([width + 3, width + 7])
    g.stroke(curve)
    g.setLineDash([])
    if (!closed && !store.reduced && width > 2) beads(g, curves[tie], width, month, colours.halo)
  }
  g.globalAlpha = 1
  g.lineCap = 'butt'
}

// goods on the way, one lane each way; they stand still when time does
function beads(g, { a, b, c, normal }, width, month, colour) {
  g.strokeStyle = colour
  g.globalAlpha = 0.8
  g.lineWidth = Math.max(1.2, width * 0.22)
  g.setLineDash([0.1, 13])
  for (const way of [-1, 1]) {
    const shift = ([x, y]) => [x + normal[0] * way * width / 4, y + normal[1] * way * width / 4]
    g.lineDashOffset = way * month * BEADS
    g.beginPath()
    g.moveTo(...shift(a))
    g.quadraticCurveTo(...shift(c), ...shift(b))
    g.stroke()
  }
  g.setLineDash([])
}

/** Numbers and marks over the ties. */
export function drawTieMarks(g, scene, month) {
  const { one, view, colours, curves, store } = scene
  const r = MARK * view.text
  const fade = store.playing ? Math.max(1, LINGERS * store.speed) : 1
  for (const [tie, series] of Object.entries(one.ties)) {
    const { mid, normal, number, box } = curves[tie]
    const trade = at(series.trade, month)
    if (now(series.shut, month)) shut(g, mid, r, colours)
    else if (worksOn(scene, tie, month)) works(g, mid, r, colours)
    if (box && trade >= TOLD) {
      write(g, store.number(trade, 2), beside(number, normal, numberShift(view, trade)), {
        size: 11 * view.text, colour: colours.ink, halo: colours.halo, bold: true })
    }
    const ago = since(series.disputes, month, fade)
    if (ago < fade) flash(g, beside(mid, normal, -tieWidth(view, trade) / 2 - 1.3 * r), 1.25 * r, colours, store.reduced ? 1 : 1 - 0.8 * ago / fade)
  }
}
