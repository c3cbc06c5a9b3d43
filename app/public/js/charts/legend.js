// What the lines and bands mean: once above the charts, and in every picture that is saved.

import { el } from './dom.js'

const SVG = 'http://www.w3.org/2000/svg'

/** What a view draws: [kind, words], kinds as in `swatchShapes`; short: without the names of scenario and baseline. */
export function legendOf(store, picture, view, { marks = true, short = false } = {}) {
  const t = (key, args) => store.t(`chart.${key}`, args)
  const levels = short ? ['scenario', 'against', 'one'].map((kind) => [kind, t(kind)]) : [
    ['scenario', t('legend_scenario', { name: storyName(store, picture) })],
    ['against', t('legend_against', { name: groundName(store, picture) })],
    ['one', t('legend_one')],
  ]
  const gap = [['gap', short ? store.t('table.gap') : t('legend_gap')]]
  const shown = { levels, gap, both: [...levels, ...gap] }[view]
  return marks ? [...shown, ['article', t('legend_article')]] : shown
}

/** The scenario by its title, and whether the visitor has changed it. */
export function storyName(store, picture) {
  const told = store.told(picture.story.title || picture.story.name)
  return (picture.changes || []).some((change) => change.own) ? store.t('chart.changed', { name: told }) : told
}

/** The baseline by its title. */
export function groundName(store, picture) {
  return store.told(picture.story.against_title || picture.story.against)
}

/** Which scenario is held against which baseline, for files that show the difference alone. */
export const sidesTold = (store, picture) => [
  store.t('chart.legend_scenario', { name: storyName(store, picture) }),
  store.t('chart.legend_against', { name: groundName(store, picture) }),
]

/** Bands and runs in one line: "Lines are medians of 200 runs; bands hold 80 % of them." */
export function bandsTold(store, picture) {
  const runs = store.plural(picture.runs, 'chart.runs')
  return store.t(picture.stage === 'draft' ? 'chart.bands_draft' : 'chart.bands', { runs })
}

const COLOURS = { // of `look`, and of the page's style
  scenario: 'scenario', one: 'scenario', against: 'against', gap: 'gap', article: 'article', experts: 'article',
}

/** Shapes of a swatch of 28 × 12, for the page and for exports: rectangles and lines; colours are names in `look`. */
export function swatchShapes(kind, look) {
  const bar = kind.startsWith('bar_')
  const colour = look[COLOURS[bar ? kind.slice(4) : kind]]
  const box = { kind: 'rect', x: 0, y: 0, width: 28, height: 12, fill: colour }
  if (bar) return [{ ...box, opacity: { bar_experts: 0.35, bar_scenario: 0.85, bar_against: 0.35 }[kind] }]
  const band = { ...box, opacity: 0.25 }
  const line = { kind: 'line', x1: 0, y1: 6, x2: 28, y2: 6, stroke: colour, width: 2.4 }
  if (kind === 'against') return [band, { ...line, dash: [6, 4] }]
  if (kind === 'one') return [{ ...line, width: 1 }]
  if (kind === 'article') return [{ ...line, width: 3 }]
  return [band, line]
}

const VARIABLES = Object.fromEntries(Object.values(COLOURS).map((name) => [name, `var(--${name})`]))

/** A swatch for the page. */
export function swatchIcon(kind) {
  const svg = document.createElementNS(SVG, 'svg')
  put(svg, { width: 28, height: 12, viewBox: '0 0 28 12', 'aria-hidden': 'true', class: 'chart-swatch' })
  for (const { kind: tag, fill, stroke, dash, width, ...at } of swatchShapes(kind, VARIABLES)) {
    const shape = document.createElementNS(SVG, tag)
    const thick = tag === 'line' ? 'stroke-width' : 'width'
    put(shape, { ...at, [thick]: width, 'stroke-dasharray': dash && dash.join(' ') })
    Object.assign(shape.style, tag === 'line' ? { stroke } : { fill })
    svg.append(shape)
  }
  return svg
}

function put(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, value)
}

/** The legend as a list for the page. */
export function legendList(store, picture, view, how) {
  const items = legendOf(store, picture, view, how).map(([kind, words]) => el('li', {}, swatchIcon(kind), words))
  return el('ul', { class: 'chart-legend' }, items)
}
