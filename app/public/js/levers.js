// What the levers panel shows, worked out from the catalogue, the picture and the question: no page, no clock, no words
// of its own. A *row* is one control; its `key` is the name that a scenario writes ("reform_KZ-KG", "reform_all").

export const MONTHS = 12
export const FIRST_CHANGE = MONTHS                 // January 2026: 2025 is the base year, which nobody can change
export const SHARE = 'share'                       // told in per cent, written as 0 to 1
export const TODAY = 'today'                       // free trade as agreed today
export const NEVER = 'never'
const DEFAULTS = 'defaults'                        // numbers of the model at their defaults, not calibrated draws
const STOPS = 30                                   // of a slider, at least: a hand tells them apart, keys reach its end
const NEARLY = 1e-6                                // of a step: binary fractions
const WHOLE = ['months', 'firms', 'tenants']       // units that come in wholes

// What a newcomer needs first, in this order; the rest is one tap away.
export const FIRST = {
  policy: ['abec_programme', 'reform_KZ-KG', 'hub_open', 'energy', 'education', 'free_trade_all'],
  world: ['drought', 'bloc_activism_all'],
}

/** The month, counted from January of the base year, of "2029-03". */
export function monthOf (date, firstYear) {
  return (Number(date.slice(0, 4)) - firstYear) * MONTHS + Number(date.slice(5, 7)) - 1
}

/** The coarsest step of 1, 2 or 5 times a power of ten that makes STOPS stops of a range, one of them the default. */
export function stepOf ({ low, high, default: start, unit }) {
  if (WHOLE.includes(unit)) return 1
  const most = (high - low) / STOPS * (1 + NEARLY)
  const ten = 10 ** Math.floor(Math.log10(most))
  const steps = [5, 2, 1, 0.5, 0.2, 0.1, 0.05].map(lead => Number((lead * ten).toPrecision(1)))
  return steps.find(step => step <= most && isStop(start, low, step)) || (high - low) / (2 * STOPS)
}

function isStop (value, low, step) {
  const place = (value - low) / step
  return typeof value !== 'number' || Math.abs(place - Math.round(place)) < NEARLY
}

// ------------------------------------------------------------------------------------------------------------- rows

/** Every row of the catalogue by key; those of one lever share its entry, `member` tells them apart. */
export function rowsOf (catalogue, firstYear) {
  const rows = {}
  const add = (entry, key, kind, more) => {
    const { low, high, allowed = [low, high] } = entry
    const id = `lever-${key.replace(/[^\w-]/g, '-')}`
    rows[key] = Object.freeze({ ...entry, key, id, kind, firstYear, allowed, step: stepOf(entry), ...more })
  }
  for (const lever of catalogue.levers) {
    const members = lever.per ? ['all', ...lever.members] : ['']
    for (const member of members) {
      add(lever, member ? `${lever.name}_${member}` : lever.name, kindOf(lever), { member })
    }
  }
  for (const number of catalogue.parameters) {
    const key = `set:${number.name}` // no lever's name has a colon
    add(number, key, 'number', { member: '', members: [], group: 'world' })
  }
  return rows
}

/** One row a lever: itself, or the one that sets all of its members. */
export function headsOf (rows, group) {
  return Object.values(rows).filter(row => row.group === group && (row.member === '' || row.member === 'all'))
}

/** The cards of a group in the catalogue's order, each with the rows that do not stand among the first. */
export function cardsOf (catalogue, rows, group) {
  const heads = headsOf(rows, group).filter(row => !FIRST[group].includes(row.key))
  return catalogue.cards.filter(card => card.group === group)
    .map(card => ({ ...card, rows: heads.filter(row => row.card === card.id) }))
    .filter(card => card.rows.length)
}

function kindOf (lever) {
  return { date: 'date', choice: 'choice', pulse: 'pulse', 'date pulse': 'moment' }[lever.form] || 'level'
}

// ------------------------------------------------------------------------------------------------ values in force

/** What holds for a row in a month: { value, against, next }; value is null where the members of "all" differ. */
export function inForce (row, month, store) {
  if (row.kind === 'number') {
    const held = store.question.set[row.name] ?? (store.question.numbers === DEFAULTS ? row.default : null)
    return { value: held, against: held, next: null }
  }
  const keys = row.member === 'all' ? row.members.map(member => `${row.name}_${member}`) : [row.key]
  const told = side => {
    const values = keys.map(key => store.valueAt(key, month, side) ?? row.default)
    return values.every(value => value === values[0]) ? values[0] : null
  }
  const next = row.member === 'all' ? null : nextOf(row, month, store)
  return { value: told('scenario'), against: told('against'), next }
}

// The next dated turn of a level after the month shown, if there is one: [month, value].
function nextOf (row, month, store) {
  const steps = store.picture && store.picture.levers[row.key]
  if (!steps || row.kind !== 'level') return null
  const later = steps.scenario.find(([at]) => at > month)
  return later ? `${later[0]} ${later[1]}` : null
}

/** When a pulse acts, by the scenario's changes: [[month, value]] by month; one set for all is each member's too. */
export function pulsesOf (row, changes) {
  const names = row.member ? [row.key, `${row.name}_all`] : [row.key]
  return changes.filter(change => names.includes(change.lever))
    .map(change => [monthOf(row.kind === 'moment' ? change.value : change.at, row.firstYear), change.value])
    .filter(([month, value]) => value !== 0 && Number.isFinite(month))
    .sort((one, other) => one[0] - other[0])
}

/** The last change at each date of each lever, by date: what a list of changes tells. */
export function lastSaid (changes) {
  const last = new Map(changes.map(change => [`${change.at} ${change.lever}`, change]))
  return [...last.values()].sort((one, other) => one.at < other.at ? -1 : one.at > other.at ? 1 : 0)
}

/**
 * The rows of a group that answer to what is typed: levers with every word in their name, code, meaning or card, and
 * members that one of the words names ("reform taj").
 */
export function found (catalogue, rows, group, typed, labelOf) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const cards = Object.fromEntries(catalogue.cards.map(card => [card.id, card.label]))
  const about = row => [row.label, row.name, row.unit, row.changes, row.meaning, row.for, cards[row.card]]
    .join(' ').toLowerCase()
  const has = (text, word) => text.includes(word)
  return Object.values(rows).filter(row => {
    if (row.group !== group) return false
    const lever = about(row)
    if (row.member === '' || row.member === 'all') return words.every(word => has(lever, word))
    const member = labelOf(row, true).toLowerCase()
    return words.every(word => has(lever, word) || has(member, word)) && !words.every(word => has(lever, word))
  })
}
