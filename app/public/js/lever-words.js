// How a lever and its value are told in the visitor's language.

import { store } from './store.js'
import { NEVER, SHARE, TODAY, monthOf } from './levers.js'

const PER_CENT = 100
const MN_A_BN = 1000

/** A row's name: "Reform of border procedures: Kazakhstan – Kyrgyzstan"; alone: the member, its lever stands above. */
export function labelOf (row, alone = false) {
  if (!row.per) return row.label
  const known = store.catalogue.agents[row.member] || row.member
  const member = row.member === 'all' ? store.t(`levers.all.${row.per}`) : known
  return alone ? member : `${row.label}: ${member}`
}

/** A share is told in per cent: by what to multiply, and the unit. */
export function scaleOf (row) {
  return row.unit === SHARE ? { factor: PER_CENT, unit: '%' } : { factor: 1, unit: store.unit(row.unit) }
}

/** A number as it is shown, free of the dust of binary fractions. */
export function tidy (value) {
  return Number(value.toPrecision(6))
}

/** A value as a visitor reads it: "60 mn US$ a year", "30 %", "March 2029", "sustained"; bare: without a long unit. */
export function tell (row, value, bare = false) {
  if (value === null || value === undefined) return store.t(row.kind === 'number' ? 'levers.varies' : 'levers.differs')
  if (row.kind === 'choice') return store.t(`levers.word.${value}`)
  if (value === TODAY || value === NEVER) return store.t(`levers.${value}`)
  if (typeof value === 'string') return store.date(monthOf(value, row.firstYear))
  const { factor, unit } = scaleOf(row)
  return bare && unit !== '%' ? number(value * factor) : `${number(value * factor)} ${unit}`
}

/** What is known of a lever, as [what, text], for whoever taps on it. */
export function factsOf (row) {
  const month = row.kind === 'date' || row.kind === 'moment'
  const { factor, unit } = scaleOf(row)
  const range = row.kind === 'choice' ? row.words.map(word => tell(row, word)).join(' · ')
    : month ? store.t('levers.any_month') : `${number(row.low * factor)} – ${number(row.high * factor)} ${unit}`
  return [
    ['moves', row.changes || row.meaning], ['range', range], ['default', tell(row, row.default)],
    ['cost', row.cost === '0' ? store.t('levers.no_cost') : row.cost], ['for', row.for], ['note', row.note],
    ['role', row.role && store.t(`levers.role.${row.role}`)], ['source', sourcesOf(row)],
    ['code', row.key.replace(/^set:/, '')],
  ].filter(([, text]) => text)
}

// Articles by their names, other sources by their keys in abm/sources.toml.
function sourcesOf (row) {
  return row.source.split(', ').map(key => store.catalogue.articles[key] || store.told(key)).join('; ')
}

/** A lever's number with the digits that it has: 60, 2.5, 0.05. */
export function number (value) {
  const digits = String(Math.abs(tidy(value))).replace('.', '').replace(/^0+/, '').length
  return store.number(tidy(value), Math.max(1, digits))
}

/** What policies cost, in the unit that levers have. */
export function tellCost (value, unit) {
  return unit.startsWith('bn ') ? tellCost(value * MN_A_BN, unit.replace('bn ', 'mn '))
    : `${number(Number(value.toPrecision(3)))}\u00a0${store.unit(unit)}`
}

/** What a change says, without its date: "Drought → 30 %". */
export function tellChange (change, rows) {
  const row = rows[change.lever]
  if (!row) return `${change.lever} → ${change.value}`
  return row.kind === 'moment' ? labelOf(row) : `${labelOf(row)} → ${tell(row, change.value)}`
}
