// The map: a base that seldom changes, a canvas that moves, the hub's crowd, and over all a sheet of shapes that keys
// and fingers find.
//
// Whatever is drawn is a function of the run and the month alone, so playing, scrubbing and stepping look the same.

import { readOutlines } from './map/outlines.js'
import { arrange } from './map/arrange.js'
import { palette } from './map/palette.js'
import { drawLand, drawSeas } from './map/land.js'
import { lettering } from './map/lettering.js'
import { drawTowns } from './map/towns.js'
import { drawPlates, drawStates, fillKey, stateShapes } from './map/states.js'
import { drawTieMarks, drawTies } from './map/ties.js'
import { drawBelts, drawRoutes, routeKey, routeShapes } from './map/routes.js'
import { drawReservoirs, drawRivers, waterShapes } from './map/water.js'
import { blocKey, drawBlocs, drawPulls } from './map/blocs.js'
import { settle } from './map/firms.js'
import { crowdKey, drawFirms, drawHubCount, drawLens } from './map/hub.js'
import { write } from './map/marks.js'
import { build, fit } from './map/frame.js'
import { Sheet } from './map/sheet.js'
import { Card } from './map/card.js'
import { Sources } from './map/sources.js'
import { Legend } from './map/legend.js'
import { tell } from './map/summary.js'

const GEO = '/static/public/geo/'
const AROUND = 17       // rem of height that head, player and what stands above the map take
const STILL = 700       // ms at rest before the month is told to a screen reader
const fetched = address => fetch(address).then(answer => answer.json())

/** Put the map into an element; returns a function that takes it out again. */
export async function mountMap(root, store) {
  const [topology, places] = await Promise.all(['region.json', 'places.json'].map(name => fetched(GEO + name)))
  const scene = {
    store, places, outlines: readOutlines(topology), sources: new Sources(store),
    fill: 'attention', shown: null, widths: {},
    layers: { blocs: true, routes: true, ties: true, water: true, hub: true },
    words: (key, args) => store.t(key, args),
    agents: name => store.catalogue?.agents[name] ?? name,
    percent: share => `${Math.round(100 * share)} %`,
  }
  const parts = build(root)
  const map = new RegionMap(root, parts, scene)
  const leave = [
    store.on('picture', () => map.take()), store.on('catalogue', () => map.take()), store.on('look', () => map.dress()),
    store.on('month', () => map.draw()), store.on('play', () => map.settleWords()),
  ]
  const watch = new ResizeObserver(() => parts.stage.clientWidth !== scene.view?.width && map.dress())
  watch.observe(root)
  map.take()
  return () => {
    leave.forEach(stop => stop())
    watch.disconnect()
    map.sheet.leave()
    map.card.close()
    clearTimeout(map.still)
  }
}

class RegionMap {
  constructor(root, parts, scene) {
    Object.assign(this, { root, parts, scene })
    this.card = new Card(parts, scene)
    this.sheet = new Sheet(parts, scene, this.card, () => this.draw(true))
    this.legend = new Legend(parts, scene, () => this.dress())
  }

  /** A new run. */
  take() {
    const { scene } = this
    if (!scene.store.picture || !scene.store.catalogue) return
    scene.one = scene.store.picture.one
    scene.crowd = settle(scene.one)
    this.dress()
  }

  /** A new size, theme or language: everything that stands still is drawn again. */
  dress() {
    const { scene, parts, root } = this
    if (!scene.one || !root.isConnected || !scene.store.catalogue) return
    const width = parts.stage.clientWidth
    if (!width) return
    const text = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16
    const room = window.innerHeight - AROUND * 16 * text
    scene.view = arrange(width, text, scene.outlines, room)
    scene.colours = palette(root)
    scene.widths = {}
    write.font = scene.colours.font
    parts.stage.style.height = `${scene.view.height}px`
    const { view } = scene, { x, y, r } = view.hub
    const lens = { x: x - r, y: y - r, width: 2 * r, height: 2 * r }
    this.ground = document.createElement('canvas')
    this.g = {
      ground: fit(this.ground, view), base: fit(parts.base, view), moving: fit(parts.moving, view),
      crowd: fit(parts.crowd, lens),
    }
    scene.shapes = stateShapes(scene)
    scene.routes = routeShapes(scene)
    scene.rivers = waterShapes(scene)
    Object.assign(scene, lettering(this.g.ground, scene))
    drawLand(this.g.ground, scene)
    parts.crowd.hidden = !scene.layers.hub
    this.sheet.lay()
    this.legend.write()
    this.draw(true)
    this.tell()
  }

  /** The month. A canvas whose picture would be the same stays as it is: few pixels a frame make it smooth. */
  draw(all = false) {
    const { scene, g } = this
    if (!scene.view) return
    const { month } = scene.store
    const { width, height } = scene.view
    const { layers } = scene
    const base = fillKey(scene, month) + routeKey(scene, month) + blocKey(scene, month)
    if (all || base !== this.base) this.drawBase(month)
    this.base = base
    const crowd = crowdKey(scene, month)
    if (layers.hub && (all || crowd !== this.crowd)) drawFirms(g.crowd, scene, month)
    this.crowd = crowd
    g.moving.clearRect(0, 0, width, height)
    if (layers.water) drawRivers(g.moving, scene, month)
    if (layers.routes) drawBelts(g.moving, scene, month)
    if (layers.ties) drawTies(g.moving, scene, month)
    drawTowns(g.moving, scene, true)
    if (layers.blocs) drawPulls(g.moving, scene, month)
    if (layers.hub) drawHubCount(g.moving, scene, month)
    drawPlates(g.moving, scene, month)
    if (layers.water) drawReservoirs(g.moving, scene, month)
    if (layers.ties) drawTieMarks(g.moving, scene, month)
    const whole = Math.floor(month)
    if (all || whole !== this.whole) this.turn(whole)
  }

  drawBase(month) {
    const { scene, ground } = this
    const { layers, view } = scene
    const g = this.g.base
    g.drawImage(ground, 0, 0, view.width, view.height)
    drawStates(g, scene, month)
    if (layers.routes) drawRoutes(g, scene, month)
    if (layers.blocs) drawBlocs(g, scene, month)
    drawSeas(g, scene)
    drawTowns(g, scene, false)
    if (layers.hub) drawLens(g, scene)
  }

  /** Another month: what is written outside the canvases. */
  turn(whole) {
    const { scene, parts, card } = this
    this.whole = whole
    parts.date.textContent = scene.store.date(whole)
    card.refresh()
    if (!scene.store.playing) this.settleWords()
  }

  /** Words for ears: labels at once, the summary when the month has stood still, so that nobody is flooded. */
  settleWords() {
    const { scene, parts } = this
    if (!scene.view) return
    parts.summary.setAttribute('aria-live', scene.store.playing ? 'off' : 'polite')
    clearTimeout(this.still)
    if (scene.store.playing) return
    this.sheet.label()
    this.still = setTimeout(() => this.tell(), STILL)
  }

  tell() { this.parts.summary.textContent = tell(this.scene) }
}
