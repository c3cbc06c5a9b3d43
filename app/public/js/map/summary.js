// The month in sentences: for screen readers, and for everybody under the map.

import { at, now } from './series.js'
import { largestTie } from './facts.js'

export function tell({ one, store, words, agents, percent, rivers }) {
  const { month } = store
  const ties = Object.keys(one.ties)
  const trade = ties.reduce((sum, tie) => sum + at(one.ties[tie].trade, month), 0)
  const most = largestTie(one, month)
  const closed = ties.filter(tie => now(one.ties[tie].shut, month))
  const quarrels = ties.filter(tie => now(one.ties[tie].disputes, month))
  const building = Object.keys(one.corridors).filter(name => now(one.corridors[name].programme, month) > 0)
  const list = names => names.map(agents).join(', ')
  const amount = x => store.number(x)
  const whole = series => store.number(Math.round(now(series, month)), 1)
  const filling = basin => percent(at(one.basins[basin].storage, month) / one.basins[basin].capacity)
  const attention = state => percent(at(one.states[state].attention, month))
  return [
    words('map.tell.trade', {
      date: store.date(month), trade: amount(trade), most: agents(most),
      its: amount(at(one.ties[most].trade, month)) }),
    closed.length ? words('map.tell.shut', { which: list(closed) }) : words('map.tell.open'),
    quarrels.length ? words('map.tell.disputes', { which: list(quarrels) }) : '',
    building.length ? words('map.tell.works', { which: list(building) }) : '',
    words('map.tell.hub', {
      hub: agents(one.hub.name), tenants: whole(one.hub.tenants), places: whole(one.hub.places) }),
    words('map.tell.water', {
      which: Object.entries(rivers).map(([basin, { name }]) =>
        `${words(`map.reservoir.${name}`)} ${filling(basin)}`).join(', ') }),
    words('map.tell.attention', {
      which: Object.keys(one.states).map(state => `${agents(state)} ${attention(state)}`).join(', ') }),
  ].filter(Boolean).join(' ')
}
