// What a chart says in words and numbers, in the visitor's language.

import { keyOf, leverOf } from './subjects.js'

const YEAR_TOLD = 2030
const MOST_DECIMALS = 6
const FINEST = 4 // decimals of a band in words; what is smaller is told as about 0
const FAR = 5 // a middle smaller than the band's end by more than this is told as finely as the end needs

/** How a paired difference is told: two figures of its middle, with its sign. */
export const DIFFERENCE = { figures: 2, signed: true }

/** Decimals that the largest of some numbers needs for so many figures. */
export function decimals(values, figures = 3) {
  const largest = Math.max(...values.map((value) => Math.abs(value)).filter(Number.isFinite), 0)
  if (!largest) return 0
  return Math.min(Math.max(figures - 1 - Math.floor(Math.log10(largest)), 0), MOST_DECIMALS)
}

/** Numbers of one kind with the same decimals: three figures of the largest, or `places`; signed: + is written. */
export function rounded(store, values, { places = decimals(values), signed = false } = {}) {
  const form = new Intl.NumberFormat(store.lang || 'en', {
    minimumFractionDigits: places, maximumFractionDigits: places, signDisplay: signed ? 'exceptZero' : 'negative',
  })
  return values.map((value) => form.format(value).replace('-', '−'))
}

/** A share is shown in per cent, all else as it is. */
export const factor = (unit) => (unit === 'share' ? 100 : 1)

/** The unit as shown: on an axis, or of a difference (percentage points). */
export function unitWords(store, unit, difference = false) {
  if (unit === 'share') return store.t(difference ? 'chart.points' : 'chart.percent')
  return store.unit(unit)
}

export function agentName(store, who) {
  const agents = (store.catalogue && store.catalogue.agents) || {}
  return agents[who || 'region'] || who
}

export function measureName(store, measure) {
  const told = store.catalogue && store.catalogue.measures[measure]
  return told ? told.label : measure
}

/** What a chart shows, and of whom; measures of the region say so themselves. */
export function title(store, measure, who) {
  const name = measureName(store, measure)
  return who ? `${name}: ${agentName(store, who)}` : name
}

/** Decimals of a band: what its middle needs, or its ends where they lie far from it. */
export function placesOf([low, middle, high], unit, figures = 3) {
  const far = Math.max(Math.abs(low), Math.abs(high)) / FAR
  return Math.min(decimals([middle * factor(unit), far * factor(unit)], figures), FINEST)
}

/** A number as it is told, but "0" for "0.000". */
export const plainZero = (text) => (/[1-9]/.test(text) ? text : '0')

/** Low, middle and high told alike: [low, middle, high] as text. Signs of the ends are told where they differ. */
export function bandTexts(store, band, unit, { figures = 3, signed = false } = {}) {
  const [low, middle, high] = band.map((value) => value * factor(unit))
  const places = placesOf(band, unit, figures)
  const ends = rounded(store, [low, high], { places, signed: signed && low < 0 }).map(plainZero)
  const told = plainZero(rounded(store, [middle], { places, signed })[0])
  return [ends[0], told === '0' && middle ? store.t('chart.about_zero') : told, ends[1]]
}

/** A band in words: "+0.29 (0.17 to 0.44)"; values are low, middle, high in the measure's unit. */
export function bandWords(store, band, unit, options) {
  const [low, middle, high] = bandTexts(store, band, unit, options)
  return low === '0' && high === '0' ? middle : store.t('chart.band', { low, middle, high })
}

/** The year that a sentence speaks of: 2030, or the last one. */
export function yearTold(picture) {
  const last = picture.first_year + picture.months / 12 - 1
  return Math.min(YEAR_TOLD, last)
}

/** One sentence that sums a chart up, for those who do not see it. */
export function summary(store, picture, measure, who) {
  const key = keyOf(measure, who)
  const rows = picture.yearly[key]
  if (!rows) return title(store, measure, who)
  const unit = picture.series[key].unit
  const year = yearTold(picture)
  const at = year - picture.first_year
  const times = factor(unit)
  const [level, other] = rounded(store, [rows.scenario[at][1] * times, rows.against[at][1] * times])
  const flat = rows.gap[at].every((value) => value === 0)
  return store.t(flat ? 'chart.summary_same' : 'chart.summary', {
    title: title(store, measure, who), year, level, other, unit: unitWords(store, unit),
    gap: bandWords(store, rows.gap[at], unit, DIFFERENCE),
    gap_unit: unitWords(store, unit, true),
  })
}

/** What the article says, with its source: for hover, tables and exports. */
export function markWords(store, mark) {
  return store.t(`chart.mark_${mark.id}`)
}

/** A dated change in words: "Opening of the border hub: June 2029". */
export function changeWords(store, change, firstYear) {
  const lever = leverOf(store.catalogue, change.lever)
  if (!lever) return `${change.lever}: ${change.value}`
  const member = change.lever.slice(lever.name.length + 1)
  const of = member ? ` (${member === 'all' ? store.t(`levers.all.${lever.per}`) : agentName(store, member)})` : ''
  return `${lever.label}${of}: ${valueWords(store, change.value, lever.unit, firstYear)}`
}

function valueWords(store, value, unit, firstYear) {
  if (typeof value === 'number') {
    const number = (value * factor(unit)).toLocaleString(store.lang || 'en', { maximumSignificantDigits: 4 })
    return `${number} ${unit === 'share' ? store.t('chart.percent') : store.unit(unit)}`.trim()
  }
  const date = /^(\d{4})-(\d{2})$/.exec(value)
  if (date) return store.date((Number(date[1]) - firstYear) * 12 + Number(date[2]) - 1)
  return store.t(['today', 'never'].includes(value) ? `levers.${value}` : `levers.word.${value}`)
}

/** Low, middle and high of each side in one month. */
export function reading(series, month) {
  const at = (bands) => bands.map((values) => values[month])
  return { scenario: at(series.scenario), against: at(series.against), gap: at(series.gap), one: series.one[month] }
}
