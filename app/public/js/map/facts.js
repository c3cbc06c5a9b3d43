// What the card says of a thing at a month: numbers with units, what they measure, and where the start comes from.

import { at, now, trustOf } from './series.js'
import { worksOn } from './ties.js'
import { forceOf } from './blocs.js'
import { within } from './firms.js'

const YEAR = 12        // months; disputes are counted over the last of them

/** Of an item, { kind: 'tie', name: 'KZ-KG' }: { title, rows: [[label, value]], notes: [text], source: [text] }. */
export const factsOf = (scene, { kind, name }, month) => KINDS[kind](helpers(scene), name, month)

function helpers(scene) {
  const { store, words, sources } = scene
  const known = name => store.catalogue.measures[name]
  return {
    ...scene,
    quantity: (x, unit) => `${store.number(x)} ${store.unit(unit)}`,
    whole: x => store.number(Math.round(x), 1),
    label: name => known(name).label,
    meaning: (...names) => names.map(name => `${known(name).label}: ${known(name).meaning}.`),
    source: (who, ...whats) => whats.map(what => sources.find(who, what)).filter(Boolean).map(row => {
      const value = typeof row.value === 'number' ? `${store.number(row.value)} ${row.unit}` : row.value
      return words('map.source', { ...row, value, confidence: words(`map.confidence.${row.confidence}`) })
    }),
  }
}

const KINDS = {
  state(h, state, month) {
    const { attention, family, share, trade } = h.one.states[state]
    return {
      title: h.agents(state),
      rows: [
        [h.label('attention'), h.percent(at(attention, month))],
        [h.label('trust'), h.percent(trustOf(h.one, state, month))],
        [h.label('state_trade'), h.quantity(at(trade, month), 'bn US$/yr')],
        [h.label('leading_family'), `${h.agents(h.one.families[now(family, month)])} (${h.percent(at(share, month))})`],
      ],
      notes: [h.words('map.attention_is'), h.words('map.trust_is'), h.words('map.leading_is')],
      source: [...h.source(state, 'population', 'gdp'), h.words('map.source_state')],
    }
  },

  tie(h, tie, month) {
    const { trade, trust, shut, disputes, free_trade: agreed, hard, soft } = h.one.ties[tie]
    const to = Math.floor(month) + 1
    const quarrels = disputes.slice(Math.max(0, to - YEAR), to).reduce((sum, x) => sum + x, 0)
    return {
      title: h.agents(tie),
      rows: [
        [h.label('trade'), h.quantity(at(trade, month), 'bn US$/yr')],
        [h.label('trust'), h.percent(at(trust, month))],
        [h.words('map.border'), h.words(now(shut, month) ? 'map.is_shut' : 'map.is_open')],
        [h.words('map.disputes'), h.whole(quarrels)],
        [h.words('map.works'), h.words(worksOn(h, tie, month) ? 'map.yes' : 'map.no')],
        [h.label('hard'), h.percent(at(hard, month))],
        [h.label('soft'), h.percent(at(soft, month))],
        [h.label('free_trade'), h.percent(at(agreed, month))],
      ],
      notes: h.meaning('trade', 'trust', 'hard', 'soft', 'free_trade'),
      source: h.source(tie, 'start_trade', 'start_trust', 'start_hard', 'start_soft'),
    }
  },

  route(h, name, month) {
    const { programme, works, crosses } = h.one.corridors[name]
    return {
      title: h.agents(name),
      rows: [
        [h.label('programme'), h.quantity(now(programme, month), 'mn US$/yr')],
        [h.label('works'), h.quantity(at(works, month), 'mn US$')],
        [h.words('map.crosses'), crosses.map(h.agents).join(', ')],
      ],
      notes: [h.words(h.places.corridors[name].ties.length ? 'map.inner_is' : 'map.outward_is')],
      source: [...h.source(name, 'crosses', 'length'), h.words('map.sketched')],
    }
  },

  basin(h, basin, month) {
    const { storage, capacity, inflow, release, shortage, cooperating } = h.one.basins[basin]
    const reservoir = h.words(`map.reservoir.${h.rivers[basin].name}`)
    return {
      title: h.words('map.reservoir_on', { reservoir, river: h.agents(basin) }),
      rows: [
        [h.label('storage'), `${h.quantity(at(storage, month), 'km3')} (${h.percent(at(storage, month) / capacity)})`],
        [h.label('inflow'), h.quantity(at(inflow, month), 'km3')],
        [h.label('release'), h.quantity(at(release, month), 'km3')],
        [h.label('shortage'), h.percent(at(shortage, month))],
        [h.words('map.releases'), h.words(now(cooperating, month) ? 'map.for_downstream' : 'map.for_power')],
      ],
      notes: h.meaning('storage', 'inflow', 'release', 'shortage', 'cooperating'),
      source: [...h.source(basin, 'capacity', 'start_filling', 'mean_inflow'), h.words('map.sketched')],
    }
  },

  hub(h, name, month) {
    const { places, tenants, jobs } = h.one.hub
    const { weight, side, exporting } = h.one.firms
    const exporters = weight * exporting.filter(spans => within(spans, Math.floor(month))).length
    return {
      title: h.words('map.hub_title', { hub: h.agents(name) }),
      rows: [
        [h.label('places'), h.whole(now(places, month))],
        [h.label('tenants'), h.whole(now(tenants, month))],
        [h.label('hub_jobs'), h.whole(at(jobs, month))],
        [h.label('exporters'), h.whole(exporters)],
      ],
      notes: [
        h.words('map.dot_is', { weight: h.store.number(weight, 2), n: side.length }),
        ...h.meaning('places', 'tenants', 'hub_jobs', 'exporters'),
      ],
      source: h.source(name, 'border', 'land', 'side_share'),
    }
  },

  bloc(h, bloc, month) {
    const { family, members } = h.one.blocs[bloc]
    const force = forceOf(h, bloc, month)
    const joined = Object.keys(members).filter(state => members[state] > 0)
    return {
      title: `${h.store.catalogue.long?.[bloc] ?? h.agents(bloc)} (${h.words(`map.bloc.${bloc}`)})`,
      rows: [
        [h.words('map.family'), h.agents(family)],
        [h.label('activism'), h.store.number(force, 2)],
        ...joined.map(state =>
          [h.words('map.pull_on', { state: h.agents(state) }), h.store.number(members[state] * force, 2)]),
      ],
      notes: [...h.meaning('activism'), h.words('map.pull_is')],
      source: joined.flatMap(state =>
        h.source(`${state} ${bloc}`, 'membership').map(text => `${h.agents(state)}. ${text}`)),
    }
  },
}

/** One line for a label: title and the first numbers. */
export function labelOf(scene, item, month) {
  const { title, rows } = factsOf(scene, item, month)
  return `${title}. ${rows.map(([label, value]) => `${label}: ${value}`).join('; ')}`
}

/** The tie with most trade. */
export const largestTie = (one, month) =>
  Object.keys(one.ties).reduce((a, b) => at(one.ties[a].trade, month) > at(one.ties[b].trade, month) ? a : b)
