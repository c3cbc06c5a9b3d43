// The legend explains every mark by the mark itself, and hides or shows what it explains.

import { RANGE } from './palette.js'
import { firms, flash, rings, shut, works } from './marks.js'
import { make } from './frame.js'
import { tieWidth } from './ties.js'
import { DASH } from './blocs.js'
import { PLANNED } from './routes.js'

const FILLS = ['attention', 'trust']
const SAMPLES = [1, 3, 6]            // bn US$ a year
const [WIDE, HIGH] = [34, 18]        // px of a mark's picture

export class Legend {
  constructor(parts, scene, redraw) {
    Object.assign(this, { parts, scene, redraw })
    parts.fills.addEventListener('change', event => { scene.fill = event.target.value; redraw() })
    parts.legend.addEventListener('change', ({ target }) => { scene.layers[target.value] = target.checked; redraw() })
  }

  /** In the visitor's language, theme and size. A field in use keeps the focus. */
  write() {
    const { parts, scene } = this
    const { words, store, one, percent } = scene
    const fields = () => [...parts.legend.querySelectorAll('input'), ...parts.fills.querySelectorAll('input')]
    const held = fields().find(field => field === document.activeElement)?.value
    parts.run.textContent = words('map.one_run', { n: store.number(store.picture.runs, 1), seed: String(one.seed) })
    parts.run.title = words('map.one_run_is')
    const [low, high] = RANGE.map(percent)
    const told = words('legend.ramp', { low, high })
    const ramp = make('span', { class: `map-ramp ${scene.fill}`, role: 'img', 'aria-label': told })
    parts.fills.replaceChildren(make('legend', {}, words('legend.fill')),
      ...FILLS.map(kind => make('label', {},
        make('input', { type: 'radio', name: 'map-fill', value: kind, checked: kind === scene.fill ? '' : null }),
        words(`map.${kind}`))),
      make('span', { class: 'map-scale' }, low, ramp, high))
    const notes = ['one_run_is', 'sketched', 'outlines'].map(key => words(`map.${key}`))
    parts.key.replaceChildren(...this.short())
    parts.legend.replaceChildren(
      make('summary', {}, words('legend.title')), make('div', { class: 'map-keys' }, ...this.groups()),
      make('p', { class: 'map-source' }, notes.join(' ')))
    fields().find(field => field.value === held)?.focus({ preventScroll: true })
  }

  /** The marks that nobody should have to look up, in a line. */
  short() {
    const { words, store, colours, view } = this.scene
    const middle = 3
    return [
      this.row(this.line(colours.tie, tieWidth(view, middle)),
        words('legend.short_tie', { trade: store.number(middle, 1) })),
      this.row(this.mark(works), words('legend.building')), this.row(this.mark(shut), words('legend.short_shut')),
      this.row(this.spark(), words('legend.short_flash')), this.row(this.vessel(), words('legend.short_vessel')),
      this.row(this.firm(1), words('legend.short_firm')),
      this.row(this.line(colours.family0, 2), words('legend.short_pull')),
    ]
  }

  groups() {
    const { words, agents, one, colours, view, store, fill } = this.scene
    const road = (g, w, h) => { this.line(colours.works, 4)(g, w, h); this.line(colours.halo, 1.8, [4, 6])(g, w, h) }
    const pair = (g, w, h) => {
      firms(g, 1, [[w / 2 - 7, h / 2]], 4, { colours, exports: true })
      firms(g, 1, [[w / 2 + 7, h / 2]], 4, { colours, exports: false })
    }
    const place = (g, w, h) => { g.strokeStyle = colours.slot; g.strokeRect(w / 2 - 5, h / 2 - 5, 10, 10) }
    const linked = flag => (g, w, h) => rings(g, [w / 2, h / 2], 4, colours, flag)
    const { row, text } = this
    return [
      this.group(null, words('legend.states'), [text(words(`map.${fill}_is`))]),
      this.group('ties', words('legend.ties'), [
        ...SAMPLES.map(x =>
          row(this.line(colours.tie, tieWidth(view, x)), `${store.number(x, 1)} ${store.unit('bn US$/yr')}`)),
        row(this.mark(works), words('legend.works')), row(this.mark(shut), words('legend.shut')),
        row(this.spark(), words('legend.flash'))]),
      this.group('routes', words('legend.routes'), [
        row(this.line(colours.route, 2, PLANNED.inner), words('legend.inner')),
        row(this.line(colours.route, 2, PLANNED.outward), words('legend.outward')),
        row(road, words('legend.building')), row(this.line(colours.route, 4), words('legend.built'))]),
      this.group('water', words('legend.water'), [
        row(this.line(colours.water, 5), words('legend.river')), row(this.vessel(), words('legend.vessel')),
        row(linked(true), words('legend.cooperating')), row(linked(false), words('legend.for_power'))]),
      this.group('hub', words('legend.hub'), [
        text(words('map.dot_is', { weight: store.number(one.firms.weight, 2), n: one.firms.side.length })),
        ...one.firms.sectors.map((name, i) => row(this.firm(i), agents(name))),
        row(pair, words('legend.exporter')), row(place, words('legend.place'))]),
      this.group('blocs', words('legend.blocs'), [
        text(words('legend.pull')),
        ...one.families.map((family, i) => row(this.line(colours[`family${i}`], 2.4, DASH[i]), agents(family)))]),
    ]
  }

  group(layer, title, rows) {
    const box = () => make('input', { type: 'checkbox', value: layer, checked: this.scene.layers[layer] ? '' : null })
    const head = layer ? make('label', {}, box(), title) : title
    return make('section', {}, make('h3', {}, head), make('ul', {}, ...rows))
  }

  row(paint, told) { return make('li', {}, picture(paint), make('span', {}, told)) }
  text(told) { return make('li', {}, make('span', {}, told)) }

  // ------------------------------------------------------------------ pictures of marks: (g, width, height) => drawn

  line(colour, width, dash = []) {
    return (g, w, h) => {
      g.strokeStyle = colour
      g.lineWidth = width
      g.setLineDash(dash)
      g.beginPath()
      g.moveTo(2, h / 2)
      g.lineTo(w - 2, h / 2)
      g.stroke()
    }
  }

  mark(draw) { return (g, w, h) => draw(g, [w / 2, h / 2], 7, this.scene.colours) }
  spark() { return (g, w, h) => flash(g, [w / 2, h / 2], 6, this.scene.colours, 1) }

  firm(sector) {
    return (g, w, h) => firms(g, sector, [[w / 2, h / 2]], 4.4, { colours: this.scene.colours, exports: true })
  }

  vessel() {
    const { colours } = this.scene
    return (g, w, h) => {
      g.fillStyle = colours.water
      g.fillRect(w / 2 - 6, h / 2, 12, h / 2 - 2)
      g.strokeStyle = colours.waterDeep
      g.lineWidth = 1.6
      g.strokeRect(w / 2 - 7, 2, 14, h - 4)
    }
  }
}

function picture(paint) {
  const canvas = make('canvas', { 'aria-hidden': 'true', width: 2 * WIDE, height: 2 * HIGH })
  const g = canvas.getContext('2d')
  g.scale(2, 2)
  paint(g, WIDE, HIGH)
  return canvas
}
