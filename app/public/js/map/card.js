// The card beside a thing that is pointed at, focused or tapped: numbers of the month, what they mean, their source.

import { factsOf } from './facts.js'
import { make } from './frame.js'

const LEAVES = 180      // ms in which a pointer may cross from a shape to its card
const APART = 16        // px from the pointer

export class Card {
  constructor({ stage, card }, scene) {
    Object.assign(this, { stage, element: card, scene, item: null, pinned: false })
    this.away = new IntersectionObserver(([seen]) => !seen.isIntersecting && this.item && this.hide())
    this.away.observe(stage)
    card.addEventListener('pointerenter', () => clearTimeout(this.leaving))
    card.addEventListener('pointerleave', event => event.pointerType !== 'touch' && this.leave())
  }

  show(item, [x, y], pinned = false) {
    clearTimeout(this.leaving)
    Object.assign(this, { item, pinned })
    this.spot = [x, y]
    this.scene.sources.fetch(() => this.refresh(true))
    this.refresh()
    this.element.hidden = false
    this.put()
  }

  /** The page is left. */
  close() {
    clearTimeout(this.leaving)
    this.away.disconnect()
  }

  /** Go a little later, unless the pointer reaches the card. */
  leave() {
    if (this.pinned) return
    clearTimeout(this.leaving)
    this.leaving = setTimeout(() => this.hide(), LEAVES)
  }

  hide() {
    clearTimeout(this.leaving)
    Object.assign(this, { item: null, pinned: false })
    this.element.hidden = true
    this.gone?.()
  }

  /** The numbers of the month shown. */
  refresh(anew = false) {
    if (!this.item) return
    const { scene, element } = this
    const { title, rows, notes, source } = factsOf(scene, this.item, scene.store.month)
    const key = `${this.item.kind} ${this.item.name} ${scene.store.lang}`
    if (anew || element.dataset.key !== key) {
      const open = element.dataset.key === key && element.querySelector('details')?.open
      element.dataset.key = key
      const table = make('dl', {}, ...rows.flatMap(([label]) => [make('dt', {}, label), make('dd')]))
      const more = make('details', { open: open ? '' : null }, make('summary', {}, scene.words('map.more')),
        ...notes.map(text => make('p', {}, text)), ...source.map(text => make('p', { class: 'map-from' }, text)))
      more.addEventListener('toggle', () => this.put())
      const close = make('button', { type: 'button', class: 'map-close', 'aria-label': scene.words('map.close') }, '×')
      close.addEventListener('click', () => this.hide())
      element.replaceChildren(make('h3', {}, title), close, make('p', { class: 'map-when' }), table, more)
    }
    element.querySelector('.map-when').textContent = scene.store.date(scene.store.month)
    element.querySelectorAll('dd').forEach((cell, i) => { cell.textContent = rows[i]?.[1] ?? '' })
    element.classList.toggle('pinned', this.pinned)
  }

  put() {
    const { view } = this.scene
    this.element.classList.toggle('below', view.narrow)
    if (view.narrow) {                                       // a sheet at the edge of the screen that is farther away
      const top = this.stage.getBoundingClientRect().top + this.spot[1]
      this.element.classList.toggle('high', top > innerHeight / 2)
      this.element.removeAttribute('style')
      return
    }
    const { offsetWidth: w, offsetHeight: h } = this.element
    const [x, y] = this.spot
    const left = x + APART + w < view.width ? x + APART : Math.max(4, x - APART - w)
    const top = Math.max(4, Math.min(y + APART, view.height - h - 4))
    Object.assign(this.element.style, { left: `${left}px`, top: `${top}px` })
  }
}
