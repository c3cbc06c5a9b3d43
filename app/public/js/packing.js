// Numbers travel as whole numbers and a scale ({"scale": .001, "of": [...]}, app/packing.py); here they are turned back.

/** The same value with plain numbers, however deep they stand. */
export function unpacked(value) {
  if (Array.isArray(value)) return value.map(unpacked)
  if (!value || typeof value !== 'object') return value
  if ('scale' in value && 'of' in value) return scaled(value.of, value.scale)
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unpacked(one)]))
}

// dividing by a whole power of ten gives the nearest number to the decimal; multiplying by .001 would not
function scaled(of, scale) {
  const per = scale < 1 && scale > 0 ? Math.round(1 / scale) : 1 / scale
  const one = scale ? x => x / per : () => 0
  return of.map(x => (Array.isArray(x) ? x.map(one) : one(x)))
}
