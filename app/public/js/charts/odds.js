// Odds in plain words: how often the scenario ends higher or lower than the baseline, and by how much.

import { whyButton } from './ask.js'
import { drawing, el } from './dom.js'
import { agentOf } from './subjects.js'
import { bandTexts, DIFFERENCE, title, unitWords } from './words.js'

const TENTHS = 10
const FEW_SAME = 0.1 // of runs: where more are the same, both signs are told (as experiments/paired.py does)
const NEARLY_ALL = 0.9 // of runs the same, in every year told: not worth a card
const NEARLY_EVEN = 0.1 // difference of shares below which neither sign leads
const SHOWN = [
  'trade KZ-KG', 'cut KZ-KG', 'jobs Kordai', 'regional_trade', 'mean_attention', 'shortage Syr Darya', 'surplus',
]

/** How often, in words: "More trade in 7 of 10 runs", "The same in every run"; `measure` gives the words. */
export function often(store, { more, less, same }, measure) {
  const t = (key, args) => store.t(`odds.${key}`, args)
  if (same === 1) return t('same')
  if (same <= FEW_SAME && Math.abs(more - less) <= NEARLY_EVEN) return t('even')
  const [lead, share, rest] = more >= less ? ['more', more, less] : ['less', less, more]
  const what = t(`${lead}_${measure}`)
  if (share === 1) return t('every', { what })
  const counted = (part) => ({ n: inTenths(part), share: percent(store, part) })
  const one = t(inTenths(share) ? 'often' : 'rarely', { what, ...counted(share) })
  if (same <= FEW_SAME) return one
  const both = rest ? t(inTenths(rest) ? 'both' : 'both_rarely', { one, ...counted(rest) }) : one
  return same < share ? both : t('mostly_same', { rest: both[0].toLocaleLowerCase(store.lang || 'en') + both.slice(1) })
}

/** How many runs of ten, or 0 where "none" or "all" of ten would not be true. */
function inTenths(share) {
  const tenths = Math.round(TENTHS * share)
  return tenths < TENTHS ? tenths : 0
}

function percent(store, share) {
  return (100 * share).toLocaleString(store.lang || 'en', { maximumFractionDigits: 1 })
}

/** The whole sentence of one row of `picture.odds`. */
export function sentence(store, row, measure) {
  const words = often(store, row, measure)
  if (row.low === 0 && row.high === 0) return `${words}.`
  const [low, middle, high] = bandTexts(store, [row.low, row.median, row.high], row.unit, DIFFERENCE)
  const key = low === '0' && high === '0' ? 'odds.how_little' : 'odds.how_much'
  const much = store.t(key, { middle, low, high, unit: unitWords(store, row.unit, true) })
  return store.t('odds.sentence', { often: words, much })
}

/** Ten runs that stand for all: how many more, less and the same, by largest remainder. */
export function tenRuns({ more, less, same }) {
  const parts = [more, less, same].map((share) => share * TENTHS)
  const whole = parts.map(Math.floor)
  const order = [0, 1, 2].sort((a, b) => (parts[b] - whole[b]) - (parts[a] - whole[a]))
  for (let i = 0; whole[0] + whole[1] + whole[2] < TENTHS; i += 1) whole[order[i % 3]] += 1
  return whole
}

const SHAPES = { more: 'M12 4l9 16H3z', less: 'M12 20l9-16H3z', same: 'M4 12h16' }

function dots(row) {
  const [more, less, same] = tenRuns(row)
  const of = (kind, count) => Array.from({ length: count }, () => drawing(SHAPES[kind], { class: `odds-${kind}` }))
  return el('span', { class: 'odds-dots', 'aria-hidden': 'true' }, of('more', more), of('same', same), of('less', less))
}

/** Where the band lies about zero, on a scale shared by both years of a card. */
function strip(row, most) {
  const at = (value) => `${50 + (48 * value) / most}%`
  const band = el('i', { class: 'odds-band' })
  band.style.left = at(row.low)
  band.style.right = `calc(100% - ${at(row.high)})`
  const middle = el('i', { class: 'odds-middle' })
  middle.style.left = at(row.median)
  return el('span', { class: 'odds-strip', 'aria-hidden': 'true' }, band, middle)
}

/** Fill `root` with the odds of the store's picture. Returns a function that takes them away. */
export function oddsCards(root, store) {
  const t = (key, args) => store.t(`odds.${key}`, args)
  let all = false

  function draw() {
    const { picture } = store
    if (!picture || !store.catalogue) return
    const heading = el('h2', {}, t('heading'))
    if (picture.odds.every((row) => row.same === 1)) {
      root.replaceChildren(heading, el('p', {}, t('nothing')))
      return
    }
    const keys = [...new Set(picture.odds.map((row) => row.key))].filter((key) => all || SHOWN.includes(key))
    const same = keys.filter((key) => !differs(picture, key)).map((key) => nameOf(picture, key))
    const turn = () => {
      all = !all
      draw()
      root.querySelector('button[aria-expanded]').focus()
    }
    const more = el('button', { type: 'button', 'aria-expanded': String(all), onclick: turn }, t(all ? 'few' : 'all'))
    root.replaceChildren(
      heading,
      el('p', { class: 'odds-intro' }, t('intro', { runs: store.plural(picture.runs, 'odds.runs') })),
      el('ul', { class: 'odds-list' }, keys.filter((key) => differs(picture, key)).map((key) => card(picture, key))),
      same.length ? el('p', {}, t('alike', { names: same.join('; ') })) : '',
      el('p', { class: 'odds-foot' }, t('caution'), ' ', more),
    )
  }

  const nameOf = (picture, key) => title(store, picture.series[key].measure, agentOf(picture.series[key]))
  const differs = (picture, key) => picture.odds.some((row) => row.key === key && row.same < NEARLY_ALL)

  function card(picture, key) {
    const series = picture.series[key]
    const who = agentOf(series)
    const rows = picture.odds.filter((row) => row.key === key)
    const most = Math.max(...rows.flatMap((row) => [Math.abs(row.low), Math.abs(row.high)])) || 1
    const name = nameOf(picture, key)
    const about = () => ({ measure: series.measure, who: who || 'region', year: rows[0].year })
    const ask = whyButton(store, `${t('why')} ${name}`, series.measure, about)
    return el(
      'li', { class: 'odds-card' },
      el('div', { class: 'odds-name' }, el('h3', {}, name), ask),
      rows.map((row) => el('div', { class: 'odds-row' },
        el('span', { class: 'odds-year' }, String(row.year)), dots(row), strip(row, most),
        el('p', {}, sentence(store, row, series.measure)))),
    )
  }

  const off = [store.on('picture', draw), store.on('catalogue', draw)]
  draw()
  return () => off.forEach((stop) => stop())
}
