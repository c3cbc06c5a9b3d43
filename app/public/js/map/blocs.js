// Seven outside blocs around the rim, pulling at their members: width of a thread is activism times membership.

import { at } from './series.js'
import { write } from './marks.js'
import { spot } from './ties.js'

const WIDTH = 1.7            // px at full membership and the activism of 2025
const MOST = 9               // px
const TUG = 0.16             // of a thread a month that its arrow runs, at full membership
const PHASE = 0.382           // of a thread between the arrows of two
const REACH = 0.42           // of the way to a member that a thread is drawn while nobody asks
export const DASH = [[], [7, 3], [2, 3], [10, 3, 2, 3]]       // a family has a dash as well as a colour

export const radius = ({ view }, activism) => (view.narrow ? 14 : 17) * view.text * (0.75 + 0.25 * Math.sqrt(activism))

const familyOf = (one, bloc) => Math.max(0, one.families.indexOf(one.blocs[bloc].family))

/** How hard a bloc pulls at a full member: its own activism, and what levers make of it and of all outside pressure. */
export const forceOf = ({ one, store }, bloc, month) =>
  at(one.blocs[bloc].activism, month) * store.valueAt(`bloc_activism_${bloc}`, month) *
  store.valueAt('outside_pressure', month)

/** What tokens and threads look like; forces move seldom and slowly. */
export const blocKey = (scene, month) =>
  Object.keys(scene.one.blocs).map(bloc => Math.round(20 * forceOf(scene, bloc, month))).join() + (scene.shown ?? '')

export function drawBlocs(g, scene, month) {
  const { one, view, colours } = scene
  for (const thread of threads(scene, month)) {
    const { a, c, b, pull, asked, family } = thread
    g.strokeStyle = colours[`family${family}`]
    g.globalAlpha = asked ? 0.95 : 0.55
    g.lineWidth = Math.min(MOST, Math.max(0.4, WIDTH * pull * (asked ? 1.6 : 1))) * view.text
    g.setLineDash(DASH[family])
    g.beginPath()
    g.moveTo(...a)
    g.quadraticCurveTo(...c, ...b)
    g.stroke()
    g.setLineDash([])
  }
  for (const bloc of Object.keys(one.blocs)) if (view.blocs[bloc]) token(g, scene, bloc, forceOf(scene, bloc, month))
}

/** Arrows that run home to the bloc along its threads. */
export function drawPulls(g, scene, month) {
  const { view, colours, store } = scene
  for (const thread of threads(scene, month)) {
    const { pull, asked, family, phase } = thread
    const rim = radius(scene, 1) / Math.hypot(thread.b[0] - thread.a[0], thread.b[1] - thread.a[1])
    const run = store.reduced ? 0.5 : (phase + month * TUG * pull) % 1
    const way = 0.98 - (0.98 - Math.min(0.9, 1.2 * rim)) * run
    const [tip, tail] = [spot(thread, way), spot(thread, way + 0.02)]
    g.fillStyle = colours[`family${family}`]
    g.globalAlpha = asked ? 1 : 0.7
    arrow(g, tip, Math.atan2(tip[1] - tail[1], tip[0] - tail[0]), (2 + 2.4 * Math.min(1.5, pull)) * view.text)
  }
  g.globalAlpha = 1
}

// curves from a bloc (a) to its members (b), with the pull along each
function threads(scene, month) {
  const { one, view, shapes, shown } = scene
  return Object.entries(one.blocs).flatMap(([bloc, { members }], order) => {
    const a = view.blocs[bloc], force = forceOf(scene, bloc, month), asked = shown === `bloc ${bloc}`
    const joined = Object.entries(members).filter(([, membership]) => a && membership * force > 0)
    return joined.map(([state, membership], place) => {
      const b = [0, 1].map(i => a[i] + (shapes.spots[state][i] - a[i]) * (asked ? 1 : REACH))
      const c = [(a[0] + b[0]) / 2 + (b[1] - a[1]) * 0.06, (a[1] + b[1]) / 2 - (b[0] - a[0]) * 0.06]
      const phase = PHASE * (order + 7 * place)
      return { a, c, b, asked, phase, pull: membership * force, family: familyOf(one, bloc) }
    })
  })
}

function arrow(g, [x, y], turn, size) {
  const [along, across] = [Math.cos(turn), Math.sin(turn)]
  const corner = (far, side) => [x + far * along - side * across, y + far * across + side * along]
  g.beginPath()
  g.moveTo(...corner(size, 0))
  g.lineTo(...corner(-size, 0.9 * size))
  g.lineTo(...corner(-size, -0.9 * size))
  g.fill()
}

function token(g, scene, bloc, force) {
  const { view, colours } = scene
  const [x, y] = view.blocs[bloc], family = familyOf(scene.one, bloc)
  const r = radius(scene, force)
  g.globalAlpha = 1
  g.beginPath()
  g.arc(x, y, r, 0, 2 * Math.PI)
  g.fillStyle = colours.plate
  g.fill()
  g.lineWidth = (1.2 + 1.6 * Math.min(2.5, force)) * view.text
  g.strokeStyle = colours[`family${family}`]
  g.setLineDash(DASH[family])
  g.stroke()
  g.setLineDash([])
  const label = scene.words(`map.bloc.${bloc}`)
  write(g, label, [x, y], { size: (label.length > 3 ? 8.8 : 10) * view.text, colour: colours.ink, bold: true })
}
