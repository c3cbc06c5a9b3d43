// Degrees to kilometres: Albers' equal-area conic, so that states keep their true sizes. [Snyder 1987, p. 100]

const EARTH = 6371                                     // km, mean radius
const radians = degrees => degrees * Math.PI / 180
const [SOUTH, NORTH] = [radians(38), radians(51)]      // parallels of true scale, through the region
const [MERIDIAN, PARALLEL] = [radians(66), radians(45)]

const n = (Math.sin(SOUTH) + Math.sin(NORTH)) / 2
const c = Math.cos(SOUTH) ** 2 + 2 * n * Math.sin(SOUTH)
const radius = latitude => EARTH * Math.sqrt(c - 2 * n * Math.sin(latitude)) / n

/** [longitude, latitude] in degrees -> [x, y] in km from 66 E 45 N; y grows downwards, as on a screen. */
export function project([longitude, latitude]) {
  const angle = n * (radians(longitude) - MERIDIAN)
  const r = radius(radians(latitude))
  return [r * Math.sin(angle), r * Math.cos(angle) - radius(PARALLEL)]
}
