// What the scorecard, the data page and the page about the model share: fetching, numbers, sorting, CSV, small pictures.

import { store } from '/static/public/js/store.js'

const fetched = new Map() // a page in a language never changes while the server runs

/** The JSON of a page ("scorecard", "data", "about") in the visitor's language. */
export async function page(name) {
  const address = `/corridors/${name}/${encodeURIComponent(store.lang)}.json`
  if (!fetched.has(address)) {
    fetched.set(address, fetch(address).then(answer => {
      if (!answer.ok) throw new Error(`${address}: ${answer.status}`)
      return answer.json()
    }).then(deepFreeze))
    fetched.get(address).catch(() => fetched.delete(address))
  }
  return fetched.get(address)
}

/** Keep a component's `found` (the page's JSON) in the visitor's language; gives a function that stops it. */
export async function follow(component, name, then = () => {}) {
  const read = async () => {
    if (!store.catalogue) return
    const asked = store.lang
    try {
      const found = await page(name)
      if (asked !== store.lang) return // the language was changed again meanwhile
      Object.assign(component, { found, failed: false, lang: asked })
      await component.$nextTick()
      await styled(component.$el)
      then()
    } catch {
      component.failed = true
    }
  }
  const stop = store.on('catalogue', read)
  await read()
  return stop
}

// Until the sheet of styles has come, nothing stands where it will stand.
async function styled(element) {
  for (let frame = 0; frame < MOST_FRAMES && getComputedStyle(element).containerType !== 'inline-size'; frame++) {
    await new Promise(resolve => requestAnimationFrame(resolve))
  }
}
const MOST_FRAMES = 120

/** The words of a page: key -> text. */
export const wordsOf = name => (key, args) => store.t(`${name}.${key}`, args)
export const told = text => store.told(text)
export const go = path => store.go(path)

/** A number as the language writes it, without zeros at its end; the whole part is never cut. */
export function number(x, digits = 3) {
  if (x === null || x === undefined || x === '') return '–'
  if (typeof x !== 'number') return String(x)
  const whole = x === 0 ? 1 : Math.floor(Math.log10(Math.abs(x))) + 1
  return written(x, { maximumSignificantDigits: Math.max(digits, whole) })
}

/** A figure's value as it was published; shares in per cent, whose sign is left out where a value follows that has it. */
export function amount(x, unit, bare = false) {
  if (x === null || x === undefined) return '–'
  return unit === 'share' ? number(100 * x) + (bare ? '' : PER_CENT) : number(x)
}

/** Low, middle and high with as many decimals as the largest of them needs, so that none pretends to know more. */
export function band(values, unit) {
  const times = unit === 'share' ? 100 : 1
  const largest = Math.max(...values.map(x => Math.abs(x * times)))
  const decimals = largest ? Math.max(0, Math.min(4, DIGITS - 1 - Math.floor(Math.log10(largest)))) : 0
  return values.map((x, i) => written(x * times, { maximumFractionDigits: decimals }) + (unit === 'share' && i !== 0 ? PER_CENT : ''))
}

const DIGITS = 3
const PER_CENT = '\u00A0%'
const written = (x, options) => new Intl.NumberFormat(store.lang, options).format(x).replace(/^-0(?![.,\d])/, '0').replace('-', '−')

/** A day as the language writes it. */
export function day(iso) {
  return new Date(iso).toLocaleDateString(store.lang, { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })
}

/** Rows in the order of a column; empty values last, equal ones as they stood. */
export function sorted(rows, value, descending) {
  const compare = new Intl.Collator(store.lang, { numeric: true }).compare
  const keyed = rows.map((row, i) => [value(row), i, row])
  const empty = x => x === null || x === undefined || x === ''
  keyed.sort(([a, i], [b, j]) => {
    if (empty(a) || empty(b)) return empty(a) - empty(b) || i - j
    const order = typeof a === 'number' && typeof b === 'number' ? a - b : compare(String(a), String(b))
    return (descending ? -order : order) || i - j
  })
  return keyed.map(([, , row]) => row)
}

/** A place on an axis that shows all of some values: x(value) in 0 … width, and round ticks. */
export function axis(values, width, most = 4) {
  const known = values.filter(Number.isFinite)
  let low = Math.min(...known)
  let high = Math.max(...known)
  if (low === high) [low, high] = [low - Math.abs(low || 1) / 2, high + Math.abs(high || 1) / 2]
  const room = (high - low) * 0.06
  const [from, to] = [low < 0 || low - room >= 0 ? low - room : 0, high + room]
  const rough = (to - from) / most
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * [1, 2, 5, 10].find(n => n * power >= rough)
  const ticks = []
  for (let n = Math.ceil(from / step); n * step <= to; n++) ticks.push(Number((n * step).toPrecision(12)))
  return { from, to, ticks, x: value => Number((Math.max(0, Math.min(1, (value - from) / (to - from))) * width).toFixed(1)) }
}

/** Hand over a file made of rows of cells, as spreadsheets read it. */
export function download(name, rows) {
  const cell = x => {
    const text = x === null || x === undefined ? '' : String(x)
    const safe = /^[=+@\t\r]|^-(?![\d.])/.test(text) ? `'${text}` : text // no formula, whatever a source is called
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob(['\uFEFF' + rows.map(row => row.map(cell).join(',')).join('\r\n')], { type: 'text/csv;charset=utf-8' }))
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}

/** Bring a row that a link names into sight and into focus; the row must be drawn. */
export function show(id) {
  const row = document.getElementById(id)
  if (!row) return false
  row.tabIndex = -1
  row.scrollIntoView({ block: 'center', behavior: 'instant' })
  row.focus({ preventScroll: true })
  return true
}

/** The id that the address names, "" if none. */
export function named() {
  try {
    return decodeURIComponent(location.hash.slice(1))
  } catch {
    return ''
  }
}

/** Write an id into the address, so that it can be passed on. */
export function name(id) {
  history.replaceState(history.state, '', `${location.pathname}${location.search}#${encodeURIComponent(id)}`)
}

function deepFreeze(value) {
  if (value && typeof value === 'object') Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
