// What is written of states, reservoirs, ties and towns, so that none lies on another: plates and reservoirs stand where
// they must, the numbers of ties give way along their curves, and the names of towns take what room is left.

import { plateBoxes } from './states.js'
import { tieCurves } from './ties.js'
import { townNames } from './towns.js'
import { vesselBoxes } from './water.js'

/** { curves, names, boxes }: curves of the ties with their numbers, names of towns, and all boxes [left, top, right, bottom]. */
export function lettering(g, scene) {
  const fixed = [...plateBoxes(g, scene), ...vesselBoxes(scene)]
  const curves = tieCurves(scene, fixed)
  const numbers = Object.values(curves).map(curve => curve.box).filter(Boolean)
  const names = townNames(g, scene, [...fixed, ...numbers])
  return { curves, names, boxes: { fixed, numbers, names: Object.values(names).map(name => name.box) } }
}
