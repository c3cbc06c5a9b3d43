// Shapes over the canvases that a pointer, a finger or the keyboard finds. Each kind is one stop of the tab key; up and
// down go from one to the next within it, so that left and right stay with the player.

import { labelOf } from './facts.js'
import { makeShape } from './frame.js'
import { svgPath } from './outlines.js'
import { radius } from './blocs.js'

const GROUPS = ['state', 'route', 'tie', 'basin', 'hub', 'bloc']
const LAYER = { route: 'routes', tie: 'ties', basin: 'water', hub: 'hub', bloc: 'blocs' }

export class Sheet {
  constructor(parts, scene, card, redraw) {
    Object.assign(this, { svg: parts.sheet, stage: parts.stage, scene, card, redraw, places: {} })
    card.gone = () => this.mark(null)
    const { svg } = this
    svg.addEventListener('pointerover', event => event.pointerType !== 'touch' && this.enter(event))
    svg.addEventListener('pointerout', event => event.pointerType !== 'touch' && card.leave())
    svg.addEventListener('click', event => this.tap(event))
    svg.addEventListener('focusin', event => this.focus(event))
    svg.addEventListener('focusout', () => !card.pinned && card.leave())
    svg.addEventListener('keydown', event => this.key(event))
    this.escape = event => event.key === 'Escape' && card.item && card.hide()
    document.addEventListener('keydown', this.escape)
  }

  /** The page is left. */
  leave() { document.removeEventListener('keydown', this.escape) }

  /** All shapes, for a new size or run. */
  lay() {
    const { svg, scene } = this
    const { view } = scene
    const focused = document.activeElement?.dataset?.item
    svg.setAttribute('viewBox', `0 0 ${view.width} ${view.height}`)
    svg.setAttribute('role', 'group')
    svg.setAttribute('aria-label', scene.words('map.title'))
    this.items = this.list()
    const groups = GROUPS.filter(kind => scene.layers[LAYER[kind]] !== false).map(kind =>
      makeShape('g', { class: `sheet-${kind}`, role: 'group', 'aria-label': scene.words(`map.group.${kind}`) },
        ...this.items.filter(item => item.kind === kind).map((item, i) => this.shape(item, i))))
    svg.replaceChildren(...groups)
    this.label()
    if (focused) svg.querySelector(`[data-item="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true })
  }

  list() {
    const { one, view, shapes, curves, routes, rivers, outlines } = this.scene
    const items = []
    const add = (kind, name, anchor, tag, attributes) =>
      items.push({ kind, name, anchor, tag, attributes, id: `${kind} ${name}` })
    for (const state of Object.keys(one.states)) {
      add('state', state, shapes.spots[state], 'path', { d: svgPath(outlines.rings[state], view.place, true) })
    }
    const line = d => ({ d, class: 'line' })
    for (const [name, route] of Object.entries(routes)) add('route', name, route.middle, 'path', line(route.text))
    for (const [tie, curve] of Object.entries(curves)) add('tie', tie, curve.mid, 'path', line(curve.text))
    for (const [basin, { vessel }] of Object.entries(rivers)) {
      const { x, y, w, h } = vessel
      const mug = `M${x - 4} ${y - 12}h${w + 8}v${h + 20}h${-w - 8}Z`
      add('basin', basin, [x + w, y], 'path', { d: mug })
    }
    const { x, y, r } = view.hub
    add('hub', one.hub.name, [x, y - 0.6 * r], 'circle', { cx: x, cy: y, r })
    for (const bloc of Object.keys(one.blocs).filter(name => view.blocs[name])) {
      const [cx, cy] = view.blocs[bloc]
      add('bloc', bloc, [cx, cy], 'circle', { cx, cy, r: radius(this.scene, 1) + 5 })
    }
    return items
  }

  shape(item, i) {
    const stop = this.places[item.kind] === item.id || (!this.places[item.kind] && i === 0)
    return makeShape(item.tag, { ...item.attributes, role: 'button', tabindex: stop ? 0 : -1, 'data-item': item.id })
  }

  /** Labels for ears, told at rest. */
  label() {
    for (const shape of this.svg.querySelectorAll('[data-item]')) {
      shape.setAttribute('aria-label', labelOf(this.scene, this.item(shape), this.scene.store.month))
    }
  }

  item(shape) { return this.items?.find(item => item.id === shape?.dataset?.item) }

  mark(item) {
    for (const shape of this.svg.querySelectorAll('.marked')) shape.classList.remove('marked')
    if (item) this.svg.querySelector(`[data-item="${CSS.escape(item.id)}"]`)?.classList.add('marked')
    const shown = item?.id ?? null
    const bloc = shown?.startsWith('bloc') || this.scene.shown?.startsWith('bloc')
    this.scene.shown = shown
    if (bloc) this.redraw()
  }

  enter(event) {
    const item = this.item(event.target.closest('[data-item]'))
    if (!item || this.card.pinned) return
    const { left, top } = this.stage.getBoundingClientRect()
    this.card.show(item, [event.clientX - left, event.clientY - top])
    this.mark(item)
  }

  focus(event) {
    const item = this.item(event.target)
    if (!item || !event.target.matches(':focus-visible')) return
    this.card.show(item, item.anchor)
    this.mark(item)
  }

  tap(event) {
    const item = this.item(event.target.closest('[data-item]'))
    if (!item || (this.card.pinned && this.card.item?.id === item.id)) return this.card.hide()
    const { left, top } = this.stage.getBoundingClientRect()
    this.card.show(item, [event.clientX - left, event.clientY - top], true)
    this.mark(item)
    return this.card.refresh()
  }

  key(event) {
    const item = this.item(event.target)
    if (!item) return
    const shapes = [...event.target.parentNode.children]
    const here = shapes.indexOf(event.target)
    const next = { ArrowDown: here + 1, ArrowUp: here - 1 }[event.key]
    if (event.key === 'Enter') {
      if (this.card.pinned) this.card.hide()
      else this.card.show(item, item.anchor, true)
    } else if (next === undefined) return
    else {
      const shape = shapes[(next + shapes.length) % shapes.length]
      shapes.forEach(other => other.setAttribute('tabindex', other === shape ? 0 : -1))
      this.places[item.kind] = shape.dataset.item
      this.card.pinned = false
      shape.focus({ preventScroll: true })
    }
    event.preventDefault()
    event.stopPropagation()
  }
}
