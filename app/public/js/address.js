// The address of a question, as app/link.py reads it: what is not the default, in a fixed order.

const DATE = /^[0-9]{4}-[0-9]{2}$/
const PLAIN = { world: 'both', numbers: 'posterior', seeds: 200, first: 0, firms: 600 }
const WHOLE = ['seeds', 'first', 'firms']
const SCENARIO = 'corridor-first', AGAINST = 'declarations'

export function questionOf(address) {
  const found = { scenario: SCENARIO, against: AGAINST, changes: [], set: {}, ...PLAIN }
  for (const [key, value] of new URLSearchParams(address.replace(/^[^?]*\?/, ''))) {
    if (DATE.test(key)) for (const [lever, told] of pairs(value)) found.changes.push({ at: key, lever, value: told })
    else if (key === 'set') found.set = Object.fromEntries(pairs(value))
    else if (WHOLE.includes(key)) found[key] = Number(value)
    else if (key in found) found[key] = value
  }
  return found
}

export function addressOf(question) {
  const said = []
  if (question.scenario !== SCENARIO || question.against !== AGAINST) {
    said.push(['scenario', question.scenario], ['against', question.against])
  }
  const dates = {}
  for (const { at, lever, value } of question.changes) (dates[at] ||= []).push(`${lever}:${told(value)}`)
  for (const at of Object.keys(dates).sort()) said.push([at, dates[at].join(';')])
  const set = Object.entries(question.set).map(([name, value]) => `${name}:${told(value)}`)
  if (set.length) said.push(['set', set.join(';')])
  for (const [key, plain] of Object.entries(PLAIN)) if (question[key] !== plain) said.push([key, question[key]])
  return said.map(([key, value]) => `${key}=${encodeURIComponent(value).replace(/%3A/g, ':').replace(/%3B/g, ';')}`).join('&')
}

function pairs(text) {
  return text.split(';').map(part => {
    const [name, value = ''] = part.split(/:(.*)/)
    return [name, value !== '' && Number.isFinite(Number(value)) ? Number(value) : value]
  })
}

const told = value => (typeof value === 'number' ? String(value) : value)
