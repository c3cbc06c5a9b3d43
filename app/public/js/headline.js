// The table of `corridors run`, in words: figures held against the articles, and paired differences.

import { DIFFERENCE, bandWords, factor, rounded, title, unitWords } from './charts/words.js'
import { oftenWords } from './why.js'

/** What each article figure says and what the model gives, failures first: [{ id, figure, article, model, verdict, failed }]. */
export function figureRows(store, found) {
  const failed = row => row.verdict.startsWith('outside')
  return [...found.rows].sort((a, b) => failed(b) - failed(a)).map(row => ({
    id: row.id, figure: store.told(row.figure), article: articleWords(store, row),
    model: row.share ? one(store, row.judged, row.unit) : withUnit(store, bandWords(store, row.band, row.unit), row.unit),
    verdict: verdictWords(store, row.verdict), failed: failed(row),
  }))
}

/** How scenario and baseline differ: [{ measure, year, difference, often }]. */
export function gapRows(store, found) {
  return found.differences.map(row => ({
    measure: title(store, row.measure, row.who === 'region' ? '' : row.who), year: row.year,
    difference: `${bandWords(store, row.band, row.unit, DIFFERENCE)} ${unitWords(store, row.unit, true)}`,
    often: oftenWords(store, row.more, row.less),
  }))
}

const withUnit = (store, text, unit) => `${text}${unit === 'share' ? '\u00A0' : ' '}${unitWords(store, unit)}`

const one = (store, value, unit) => withUnit(store, rounded(store, [value * factor(unit)])[0], unit)

function articleWords(store, { article: [low, value, high], unit }) {
  if (low !== null && value !== null && high !== null) return withUnit(store, bandWords(store, [low, value, high], unit), unit)
  if (value !== null) return one(store, value, unit)
  const kind = low === null ? 'below' : high === null ? 'above' : 'span'
  const [from, to] = rounded(store, [low, high].map(x => (x ?? 0) * factor(unit)))
  return withUnit(store, store.t(`scorecard.article.${kind}`, { low: from, high: to }), unit)
}

// "inside", "outside, within error of the edge", or nothing where the figure is about another scenario
function verdictWords(store, verdict) {
  if (!verdict) return store.t('headline.not_judged')
  const sign = verdict.startsWith('inside') ? '✓' : '✗'
  return `${sign} ${store.t(`headline.${verdict.startsWith('inside') ? 'inside' : 'outside'}`)}${verdict.includes('edge') ? store.t('headline.edge') : ''}`
}
