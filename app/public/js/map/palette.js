// Colours of the map from its style sheet (css/map.css), so that themes stand in one place; and the ramps of the fill.

const NAMES = [
  'sea', 'land', 'land-line', 'lift', 'state-line', 'halo', 'ink', 'soft', 'tie', 'works', 'shut', 'flash',
  'water', 'water-deep', 'route', 'plate', 'plate-line', 'hub', 'hub-line', 'slot',
  'sector-0', 'sector-1', 'sector-2', 'sector-3', 'family-0', 'family-1', 'family-2', 'family-3',
]
const STEPS = 5
export const RANGE = [0, 0.8]      // shares at the ends of the ramp; beyond, the end's colour

const rgb = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16))

/** { sea: '#…', …, attention: share => colour, trust: share => colour, font }. */
export function palette(element) {
  const style = getComputedStyle(element)
  const value = name => style.getPropertyValue(`--map-${name}`).trim()
  const found = Object.fromEntries(NAMES.map(name => [name.replace(/-(\w)/, (_, c) => c.toUpperCase()), value(name)]))
  for (const kind of ['attention', 'trust']) {
    const stops = Array.from({ length: STEPS }, (_, i) => rgb(value(`${kind}-${i}`)))
    found[kind] = share => {
      const spot = (STEPS - 1) * Math.max(0, Math.min(1, (share - RANGE[0]) / (RANGE[1] - RANGE[0])))
      const low = Math.min(STEPS - 2, Math.floor(spot))
      return `rgb(${stops[low].map((c, i) => Math.round(c + (stops[low + 1][i] - c) * (spot - low))).join(',')})`
    }
  }
  found.font = style.fontFamily
  return found
}
