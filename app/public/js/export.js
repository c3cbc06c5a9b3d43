// Any chart as a file: PNG at twice the size, or SVG; with title, legend, sources and the address of the scenario.
//
// What is saved is a plate: {name, title, under, legend: [[kind, words]], notes: [text], link, height,
// option(size, look, room)}; height in px of all of it; link: where this can be seen again.

import { save } from './charts/dom.js'
import { bandsTold, legendOf, sidesTold, swatchShapes } from './charts/legend.js'
import { loadEcharts, look as lookNow } from './charts/look.js'
import { option } from './charts/option.js'
import { agentOf, marksOn } from './charts/subjects.js'
import { markWords, title } from './charts/words.js'
import { linkOf } from './share.js'
import { fileName } from './tables.js'

const WIDTH = 960
const HEIGHT = { levels: 600, gap: 600, both: 820 }
const MARGIN = 18
const LINE = 17 // px of a line of small text
const HEAD = 52 // px of title and the line under it
const SHARPER = 2 // pixels of a PNG for a px
const GAP = 20 // px between entries of a legend
const SWATCH = 34 // px of a swatch and the room after it
const SCALE = 1.1

/** The plate of a chart of the picture. */
export function plateOf(store, picture, key, view) {
  const { measure } = picture.series[key]
  const who = agentOf(picture.series[key])
  const marks = marksOn(picture, measure, who, view)
  return {
    name: key, title: title(store, measure, who), under: bandsTold(store, picture), height: HEIGHT[view],
    legend: legendOf(store, picture, view, { marks: marks.length > 0 }),
    notes: [...(view === 'gap' ? sidesTold(store, picture) : []), ...marks.map((mark) => markWords(store, mark))],
    option: (size, look, room) => option(store, picture, key, view, size, look, room),
  }
}

export async function savePng(store, picture, plate) {
  save(fileName(plate.name, 'png'), await pngOf(store, picture, plate), 'image/png')
}

export async function saveSvg(store, picture, plate) {
  save(fileName(plate.name, 'svg'), await svgOf(store, picture, plate), 'image/svg+xml')
}

/** A plate as the data URL of a PNG. */
export async function pngOf(store, picture, plate) {
  const { init } = await loadEcharts()
  const framed = frame(store, picture, plate)
  const size = { width: WIDTH, height: plate.height, devicePixelRatio: SHARPER }
  const chart = init(document.createElement('div'), null, { renderer: 'canvas', ...size })
  chart.setOption(framed)
  const address = chart.getDataURL({ type: 'png', pixelRatio: SHARPER, backgroundColor: framed.backgroundColor })
  chart.dispose()
  return address
}

/** A plate as the text of an SVG file. */
export async function svgOf(store, picture, plate) {
  const { init } = await loadEcharts()
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: plate.height })
  chart.setOption(frame(store, picture, plate))
  const text = chart.renderToSVGString()
  chart.dispose()
  return text
}

/** The option of a plate with all around it that it needs to stand alone. */
function frame(store, picture, plate) {
  const look = { ...lookNow(), scale: SCALE }
  const room = WIDTH - 2 * MARGIN
  const small = `11px ${look.font}`
  const notes = [...plate.notes, store.t('chart.source', { model: picture.model || '' }), plate.link || linkOf(picture)]
  const lines = notes.flatMap((note) => wrapped(note, small, room))
  const foot = lines.length * LINE + MARGIN
  const legend = legendOn(plate.legend, look, room)
  const below = lines.map((line, i) => text(line, plate.height - foot + i * LINE + 4, { font: small, fill: look.soft }))
  const above = [
    text(plate.title, MARGIN, { font: `600 19px ${look.font}`, fill: look.ink }),
    text(plate.under, MARGIN + 27, { font: `12px ${look.font}`, fill: look.soft }),
  ]
  return {
    ...plate.option({ width: WIDTH, height: plate.height }, look, { head: MARGIN + HEAD + legend.height, foot }),
    backgroundColor: look.panel,
    graphic: [...above, ...legend.elements, ...below],
  }
}

function text(words, top, style) {
  return { type: 'text', left: MARGIN, top, silent: true, style: { text: words, lineHeight: LINE, ...style } }
}

const pen = document.createElement('canvas').getContext('2d')

function widthOf(words, font) {
  pen.font = font
  return pen.measureText(words).width
}

/** Words in lines no wider than `room` px; an address is broken before "&", a longer word anywhere. */
export function wrapped(words, font, room) {
  const lines = ['']
  for (const part of words.split(/(?<= )|(?=&)/)) {
    if (widthOf(lines[lines.length - 1] + part, font) <= room) lines[lines.length - 1] += part
    else if (widthOf(part, font) <= room) lines.push(part)
    else for (const letter of part) {
      if (widthOf(lines[lines.length - 1] + letter, font) > room) lines.push('')
      lines[lines.length - 1] += letter
    }
  }
  return lines
}

function legendOn(entries, look, room) {
  const elements = []
  const font = `12px ${look.font}`
  let [x, y] = [MARGIN, MARGIN + HEAD]
  for (const [kind, words] of entries) {
    const width = SWATCH + widthOf(words, font)
    if (x + width > room + MARGIN && x > MARGIN) [x, y] = [MARGIN, y + LINE + 3]
    for (const shape of swatchShapes(kind, look)) elements.push(swatchOn(shape, x, y))
    const style = { text: words, fill: look.ink, font, verticalAlign: 'middle' }
    elements.push({ type: 'text', x: x + SWATCH, y: y + 6, silent: true, style })
    x += width + GAP
  }
  return { elements, height: entries.length ? y + LINE - MARGIN - HEAD + 6 : 0 }
}

function swatchOn({ kind, fill, opacity, stroke, dash, width, ...at }, x, y) {
  if (kind === 'rect') {
    const box = { x: x + at.x, y: y + at.y, width, height: at.height }
    return { type: 'rect', silent: true, shape: box, style: { fill, opacity } }
  }
  const shape = { x1: x + at.x1, y1: y + at.y1, x2: x + at.x2, y2: y + at.y2 }
  const style = { stroke, lineWidth: width, lineDash: dash || null, fill: 'none' }
  return { type: 'line', silent: true, shape, style }
}
