// The table behind every chart: calendar-year means, low, median and high of scenario, baseline and paired difference.

import { el, openDialog, save } from './charts/dom.js'
import { agentOf, marksOn } from './charts/subjects.js'
import { factor, markWords, rounded, title, unitWords } from './charts/words.js'

const SIDES = ['scenario', 'against', 'gap']
const BAND = ['low', 'median', 'high']
const WRITTEN = { scenario: 'scenario', against: 'baseline', gap: 'difference' } // in files

/** A row a year: {year, scenario: [low, median, high], against, gap}, in the measure's own unit. */
export function rowsOf(picture, key) {
  const yearly = picture.yearly[key]
  return yearly.scenario.map((_, at) => ({
    year: picture.first_year + at,
    ...Object.fromEntries(SIDES.map((side) => [side, yearly[side][at]])),
  }))
}

// --------------------------------------------------------------------------------------------------------------- CSV

const field = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value))

/** Rows of fields as CSV. */
export const csv = (rows) => `${rows.map((row) => row.map(field).join(',')).join('\n')}\n`

/**
 * One chart as CSV: year, then low, median and high of each side with the unit in the head. Names and numbers are the
 * model's own, whatever the language of the page, so that they join with tables of `corridors` in Python.
 */
export function csvOf(picture, key) {
  const { unit } = picture.series[key]
  const head = SIDES.flatMap((side) => BAND.map((what) => `${WRITTEN[side]} ${what} [${unit}]`))
  const rows = rowsOf(picture, key).map((row) => [row.year, ...SIDES.flatMap((side) => row[side])])
  return csv([['year', ...head], ...rows])
}

/** Every series of the picture in one long CSV: a row a series and year, its unit in a column; the link last. */
export function csvOfAll(picture) {
  const bands = SIDES.flatMap((side) => BAND.map((what) => `${WRITTEN[side]}_${what}`))
  const head = ['measure', 'who', 'unit', 'year', ...bands, 'runs', 'link']
  const rows = Object.keys(picture.yearly).flatMap((key) => {
    const { measure, who, unit } = picture.series[key]
    const numbers = (row) => SIDES.flatMap((side) => row[side])
    return rowsOf(picture, key).map((row) => [measure, who, unit, row.year, ...numbers(row), picture.runs, picture.take.link])
  })
  return csv([head, ...rows])
}

/** A name for a file: the key with nothing in it that a file system minds. */
export const fileName = (key, ending) => `${key.replace(/[^\w-]+/g, '_')}.${ending}`

export function saveCsv(picture, key) {
  save(fileName(key, 'csv'), csvOf(picture, key), 'text/csv;charset=utf-8')
}

export function saveAllCsv(picture) {
  save('corridors.csv', csvOfAll(picture), 'text/csv;charset=utf-8')
}

// ------------------------------------------------------------------------------------------------------- on the page

/** The table as an element, with a caption, and heads that a screen reader says with each number. */
export function tableOf(store, picture, key) {
  const { measure, unit } = picture.series[key]
  const t = (name, args) => store.t(`table.${name}`, args)
  const times = factor(unit)
  const rows = rowsOf(picture, key)
  const told = Object.fromEntries(SIDES.map((side) => {
    const values = rows.flatMap((row) => row[side].map((value) => value * times))
    return [side, rounded(store, values, { signed: side === 'gap' })]
  }))
  const groups = SIDES.map((side) => {
    const words = `${t(side)}, ${unitWords(store, unit, side === 'gap')}`
    return el('th', { scope: 'colgroup', colspan: 3, class: `table-${side}` }, words)
  })
  const heads = SIDES.flatMap((side) => BAND.map((what) => el('th', { scope: 'col', class: `table-${side}` }, t(what))))
  const body = rows.map((row, at) => {
    const cell = (side) => (what, i) => el('td', { class: `table-${side} table-${what}` }, told[side][3 * at + i])
    const cells = SIDES.flatMap((side) => BAND.map(cell(side)))
    return el('tr', {}, el('th', { scope: 'row' }, String(row.year)), cells)
  })
  const name = title(store, measure, agentOf(picture.series[key]))
  return el(
    'table', { class: 'chart-table' },
    el('caption', {}, `${name}. ${t('caption', { runs: store.plural(picture.runs, 'chart.runs') })}`),
    el('colgroup', {}, el('col')), ...SIDES.map((side) => el('colgroup', { span: 3, class: `table-${side}` })),
    el('thead', {}, el('tr', {}, el('th', { scope: 'col', rowspan: 2 }, t('year')), groups), el('tr', {}, heads)),
    el('tbody', {}, body),
  )
}

/** The table of a chart in a dialog, with its CSV and what the article says of it. */
export function openTable(store, picture, key) {
  const { measure } = picture.series[key]
  const notes = marksOn(picture, measure, agentOf(picture.series[key]), 'both').map((mark) => markWords(store, mark))
  return showTable(store, tableOf(store, picture, key), notes, () => saveCsv(picture, key))
}

/** Any table in a dialog; notes stand under it. */
export function showTable(store, table, notes, oncsv) {
  const words = store.t('table.title')
  const dialog = el(
    'dialog', { class: 'chart-dialog chart-table-dialog', 'aria-label': words },
    el('div', { class: 'chart-table-room', tabindex: 0, role: 'region', 'aria-label': words }, table),
    notes.length ? el('ul', { class: 'chart-notes' }, notes.map((note) => el('li', {}, note))) : null,
    el(
      'div', { class: 'chart-dialog-foot' },
      el('button', { type: 'button', onclick: oncsv }, store.t('table.csv')),
      el('button', { type: 'button', onclick: () => dialog.close() }, store.t('chart.close')),
    ),
  )
  return openDialog(dialog)
}
