// The elements of the map: a head with date and fill, a stage of canvases and shapes, a card, a key, a legend,
// and words for ears.

const SVG = 'http://www.w3.org/2000/svg'

/** An element with attributes and children. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(key, value)
  element.append(...children)
  return element
}

export function makeShape(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.append(...children)
  return element
}

/** Fill an empty root; returns the parts by name. */
export function build(root) {
  const parts = {
    head: make('div', { class: 'map-head' }), date: make('p', { class: 'map-date' }),
    fills: make('fieldset', { class: 'map-fills' }), run: make('p', { class: 'map-run' }),
    stage: make('div', { class: 'map-stage' }),
    base: make('canvas', { 'aria-hidden': 'true' }), moving: make('canvas', { 'aria-hidden': 'true' }),
    crowd: make('canvas', { 'aria-hidden': 'true' }),
    sheet: makeShape('svg', { class: 'map-sheet' }), card: make('div', { class: 'map-card', hidden: '' }),
    summary: make('p', { class: 'map-summary visually-hidden', 'aria-live': 'polite' }),
    key: make('ul', { class: 'map-key' }), legend: make('details', { class: 'map-legend' }),
  }
  parts.head.append(make('div', {}, parts.date, parts.run), parts.fills)
  parts.stage.append(parts.base, parts.moving, parts.crowd, parts.sheet, parts.card)
  root.replaceChildren(parts.head, parts.stage, parts.key, parts.legend, parts.summary)
  return parts
}

/** Size a canvas for a box of the map; its context draws in the map's px. */
export function fit(canvas, { x = 0, y = 0, width, height }) {
  const pixels = Math.min(2, window.devicePixelRatio || 1)
  canvas.width = Math.round(width * pixels)
  canvas.height = Math.round(height * pixels)
  Object.assign(canvas.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` })
  const g = canvas.getContext('2d')
  g.setTransform(pixels, 0, 0, pixels, -x * pixels, -y * pixels)
  return g
}
