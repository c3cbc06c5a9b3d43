// Small marks that several parts of the map draw, the legend too: each has a shape of its own, never colour alone.

/** Text with an optional halo. anchor: 'left', 'center' or 'right'; it is kept left of `within` px. */
export function write(g, text, [x, y],
  { size, colour, halo, bold, italic, anchor = 'center', spaced = 0, alpha = 1, within = Infinity }) {
  g.save()
  g.font = `${italic ? 'italic ' : ''}${bold ? '700 ' : '500 '}${size.toFixed(1)}px ${write.font}`
  if ('letterSpacing' in g) g.letterSpacing = `${spaced}px`
  g.textAlign = anchor
  g.textBaseline = 'middle'
  if (within < Infinity) x = Math.min(x, within - g.measureText(text).width / 2)
  g.globalAlpha *= alpha
  if (halo) {
    g.strokeStyle = halo
    g.lineWidth = size / 3.6
    g.lineJoin = 'round'
    g.strokeText(text, x, y)
  }
  g.fillStyle = colour
  g.fillText(text, x, y)
  g.restore()
}
write.font = 'sans-serif'

// Firms by sector: triangle, disc, square, diamond, each added to the path at hand.
const SHAPES = [
  (g, x, y, r) => corners(g, x, y, r, [[0, -1.25], [1.15, 0.85], [-1.15, 0.85]]),
  (g, x, y, r) => { g.moveTo(x + r, y); g.arc(x, y, r, 0, 2 * Math.PI) },
  (g, x, y, r) => g.rect(x - 0.92 * r, y - 0.92 * r, 1.84 * r, 1.84 * r),
  (g, x, y, r) => corners(g, x, y, r, [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]]),
]

function corners(g, x, y, r, shape) {
  shape.forEach(([dx, dy], i) => i ? g.lineTo(x + dx * r, y + dy * r) : g.moveTo(x + dx * r, y + dy * r))
  g.closePath()
}

/** Firms of one sector, each at [x, y]; an exporter is large and solid, another firm small and faint. */
export function firms(g, sector, spots, r, { colours, exports }) {
  const size = r * (exports ? 1.15 : 0.66)
  g.beginPath()
  for (const [x, y] of spots) SHAPES[sector % SHAPES.length](g, x, y, size)
  g.fillStyle = colours[`sector${sector % SHAPES.length}`]
  g.globalAlpha = exports ? 1 : 0.5
  g.fill()
  g.globalAlpha = 1
}

function badge(g, [x, y], r, colours, line) {
  g.beginPath()
  g.arc(x, y, r, 0, 2 * Math.PI)
  g.fillStyle = colours.plate
  g.fill()
  g.strokeStyle = line
  g.lineWidth = 1.6
  g.stroke()
}

/** Works under way: layers of a road in a ring. */
export function works(g, [x, y], r, colours) {
  badge(g, [x, y], r, colours, colours.works)
  g.fillStyle = colours.works
  for (const [row, half] of [[-0.45, 0.28], [-0.02, 0.42], [0.41, 0.56]]) {
    g.fillRect(x - half * r, y + row * r - 0.12 * r, 2 * half * r, 0.27 * r)
  }
}

/** A shut border: a cross in a ring. */
export function shut(g, [x, y], r, colours) {
  badge(g, [x, y], r, colours, colours.shut)
  const d = 0.45 * r
  g.beginPath()
  g.moveTo(x - d, y - d); g.lineTo(x + d, y + d); g.moveTo(x + d, y - d); g.lineTo(x - d, y + d)
  g.lineWidth = 0.32 * r
  g.lineCap = 'round'
  g.strokeStyle = colours.shut
  g.stroke()
  g.lineCap = 'butt'
}

/** A dispute: a flash. */
export function flash(g, [x, y], r, colours, alpha) {
  g.save()
  g.globalAlpha = alpha
  g.translate(x, y)
  g.beginPath()
  corners(g, 0, 0, r, [[.25, -1.5], [-.85, .25], [-.1, .25], [-.3, 1.5], [.85, -.4], [.1, -.4]])
  g.fillStyle = colours.flash
  g.strokeStyle = colours.ink
  g.lineWidth = 1.2
  g.lineJoin = 'round'
  g.fill()
  g.stroke()
  g.restore()
}

/** Releases follow downstream's need: two linked rings; else two rings apart. */
export function rings(g, [x, y], r, colours, linked) {
  const d = linked ? 0.62 * r : 1.25 * r
  g.lineWidth = 0.42 * r
  g.strokeStyle = linked ? colours.waterDeep : colours.shut
  for (const side of [-1, 1]) {
    g.beginPath()
    g.arc(x + side * d, y, r, 0, 2 * Math.PI)
    g.stroke()
  }
}
