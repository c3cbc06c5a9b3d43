// The one place that knows the question, the answer and the month shown. Components listen; none talks to another.
//
// A question is an address; an answer is a whole picture (bands and one run), so playing needs no server.

import { Words } from './words.js'
import { addressOf, questionOf } from './address.js'
import { unpacked } from './packing.js'

const START = '2026-01' // changes made at rest are dated here: the first month after the base year
const DRAFTS_APART = 250 // ms between drafts while a lever is dragged
const SAVED = 'corridors.saved'
const LOOK = 'corridors.look'
const MOST_SAVED = 4
const MONTHS_A_YEAR = 12

const listeners = {}
const words = new Words()

export const store = {
  picture: null, catalogue: null, answer: null, compared: null, figures: null, saved: read(SAVED, []),
  month: 0, playing: false, speed: 12,
  lang: 'en', dark: false, present: false, reduced: matchMedia('(prefers-reduced-motion: reduce)').matches,
  question: questionOf(''), dating: 'shown', busy: false, pager: null, asked: 0, received: 0, messages: [],

  on(event, fn) {
    (listeners[event] ||= new Set()).add(fn)
    return () => listeners[event].delete(fn)
  },

  // ---------------------------------------------------------------- words
  t: (key, args) => words.t(key, args),
  plural: (n, key, args) => words.plural(n, key, args),
  told: text => words.told(text), refusal: text => words.refusal(text),
  number: (x, digits) => words.number(x, digits),
  unit: unit => words.told(unit),
  date: month => words.date(first() + Math.floor(Math.floor(month) / MONTHS_A_YEAR), Math.floor(month) % MONTHS_A_YEAR),
  async speak(lang) {
    await words.load(lang)
    Object.assign(store, { lang: words.lang, catalogue: words.catalogue })
    document.documentElement.lang = words.lang
    keep()
    write()
    tell('catalogue')
  },

  // ---------------------------------------------------------------- the question
  address: () => addressOf(store.question),
  change(lever, value, { draft = false, at = null } = {}) {
    const date = at || store.dateOfChanges()
    const others = store.question.changes.filter(c => !(c.at === date && c.lever === lever))
    ask({ ...store.question, changes: [...others, { at: date, lever, value }] }, draft)
  },
  set(parameter, value, { draft = false } = {}) {
    const set = { ...store.question.set }
    if (value === null) delete set[parameter]
    else set[parameter] = value
    ask({ ...store.question, set }, draft)
  },
  remove(at, lever) {
    ask({ ...store.question, changes: store.question.changes.filter(c => !(c.at === at && c.lever === lever)) })
  },
  put(values) { ask({ ...store.question, ...values }) }, // scenario, against, world, numbers, seeds, first, firms
  restart() {
    const { scenario, against } = store.question
    ask({ ...questionOf(''), scenario, against })
  },
  open(address) { ask(questionOf(address), false, address) },
  dateOfChanges() {
    const shown = monthName(store.month)
    return store.dating === 'start' || shown < START ? START : shown
  },
  valueAt(lever, month = store.month, whose = 'scenario') {
    const steps = store.picture?.levers[lever]?.[whose]
    if (!steps) return words.lever(lever)?.default
    let value = steps[0][1]
    for (const [from, next] of steps) if (from <= month) value = next
    return value
  },

  // ---------------------------------------------------------------- time: the browser plays, the server is idle
  play() {
    if (store.playing) return
    if (store.month >= last()) store.seek(0)
    store.playing = true
    tell('play')
    let before = performance.now()
    const frame = now => {
      if (!store.playing) return
      store.month = Math.min(last(), store.month + (now - before) / 1000 * store.speed)
      before = now
      tell('month')
      if (store.month >= last()) store.pause()
      else requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  },
  pause() {
    if (!store.playing) return
    store.playing = false
    store.month = Math.floor(store.month)
    tell('month')
    tell('play')
  },
  toggle() { store.playing ? store.pause() : store.play() },
  seek(month) {
    store.month = Math.max(0, Math.min(last(), month))
    tell('month')
  },
  step(n) {
    store.pause()
    store.seek(Math.floor(store.month) + n)
  },

  // ---------------------------------------------------------------- other questions
  longest: 60_000, // ms that an answer may take under load
  why(asked) {
    tell('asked', asked)
    send({ kind: 'why', address: store.address(), ...asked })
  },
  compare(scenarios) { send({ kind: 'compare', scenarios }) },
  headline(n) { send({ kind: 'figures', address: store.address(), n }) },

  // ---------------------------------------------------------------- saved scenarios, pages, look
  save(name, address = store.address()) {
    const others = store.saved.filter(s => s.name !== name)
    if (others.length >= MOST_SAVED) return false
    store.saved = [...others, { name: name.slice(0, 40), address }]
    localStorage.setItem(SAVED, JSON.stringify(store.saved))
    tell('saved')
    return true
  },
  forget(name) {
    store.saved = store.saved.filter(s => s.name !== name)
    localStorage.setItem(SAVED, JSON.stringify(store.saved))
    tell('saved')
  },
  go(path) {
    const [where, query] = path.split('?')
    store.pause()
    store.pager?.(where + '?' + (query ?? search()))
  },
  look(values) {
    Object.assign(store, values)
    document.documentElement.dataset.theme = store.dark ? 'dark' : 'light'
    document.documentElement.toggleAttribute('data-present', store.present)
    keep()
    write()
    tell('look')
  },

  // ---------------------------------------------------------------- the bridge to the server
  connect(sender) {
    bridge = sender
    waiting.splice(0).forEach(message => bridge(message))
    if (store.picture && store.busy) sendQuestion(store.address(), false) // the server went away with it
  },
  receive(message) {
    if (message.kind === 'picture') return receivePicture(message)
    if (message.kind === 'refused') return refuse(message)
    if (message.kind === 'message') return say({ kind: 'error', key: 'message.refused', args: { why: message.why } })
    const [name, event] = { why: ['answer', 'why'], compare: ['compared', 'compared'], figures: ['figures', 'figures'] }[message.kind]
    store[name] = Object.freeze(unpacked(message))
    tell(event)
  },
}

// ------------------------------------------------------------------------------------------------------------ inside

let bridge = null
let draftTimer = 0
let draftSent = 0
const waiting = [] // asked before the bridge stood
const open = new Set() // numbers of questions that have no answer yet

function tell(event, value) {
  for (const fn of listeners[event] || []) fn(value ?? store)
}

// kept too: the head of the page may come later than the first answer
function say(message) {
  store.messages = [...store.messages.slice(-2), message]
  tell('message', message)
}

function send(message) {
  if (bridge) bridge(message)
  else waiting.push(message)
}

function ask(question, draft = false, address = null) {
  store.question = question
  tell('question')
  clearTimeout(draftTimer)
  draftTimer = 0
  const told = address ?? addressOf(question)
  if (!draft) return sendQuestion(told, false)
  const wait = store.busy ? DRAFTS_APART : Math.max(0, draftSent + DRAFTS_APART - performance.now())
  draftTimer = setTimeout(() => (store.busy ? ask(question, true, address) : sendQuestion(told, true)), wait)
}

function sendQuestion(address, draft) {
  store.asked += 1
  open.add(store.asked)
  draftTimer = 0
  store.busy = true
  if (draft) draftSent = performance.now()
  tell('busy')
  send({ kind: 'picture', n: store.asked, address, draft })
}

function receivePicture(message) {
  if (message.n < store.received) return // an older answer that was overtaken
  store.received = message.n
  for (const n of open) if (n <= message.n) open.delete(n)
  for (const part of ['series', 'yearly', 'one']) message[part] = unpacked(message[part])
  store.picture = Object.freeze(message)
  settle()
  message.messages.forEach(say)
  tell('busy')
  tell('picture')
}

function refuse(message) {
  open.delete(message.n)
  settle()
  message.messages.forEach(say)
  tell('busy')
  tell('question')
}

// once nothing is outstanding, the server's reading of the address is the one that holds
function settle() {
  store.busy = open.size > 0
  if (store.busy || draftTimer || !store.picture) return
  store.question = store.picture.question
  write()
}

const first = () => store.picture?.first_year ?? 2025
const last = () => (store.picture?.months ?? 132) - 1
const monthName = m => `${first() + Math.floor(Math.floor(m) / MONTHS_A_YEAR)}-${String(Math.floor(m) % MONTHS_A_YEAR + 1).padStart(2, '0')}`

function read(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise
  } catch {
    return otherwise
  }
}

const keep = () => localStorage.setItem(LOOK, JSON.stringify({ lang: store.lang, dark: store.dark }))

// the address of the page is the question, and what of the look a link should carry
function search() {
  const here = new URLSearchParams(location.search)
  const kept = ['lesson', 'step', 'page'].filter(key => here.has(key)).map(key => `${key}=${encodeURIComponent(here.get(key))}`)
  const look = [store.lang !== 'en' && `lang=${store.lang}`, store.dark && 'theme=dark', store.present && 'present=1']
  return [store.address(), ...look.filter(Boolean), ...kept].filter(Boolean).join('&')
}

function write() {
  if (!store.picture) return
  const query = search()
  history.replaceState(history.state, '', location.pathname + (query ? '?' + query : '') + location.hash)
}

function begin() {
  window.corridors = store
  const page = new URLSearchParams(location.search)
  const look = read(LOOK, {})
  const dark = page.has('theme') ? page.get('theme') === 'dark' : look.dark ?? matchMedia('(prefers-color-scheme: dark)').matches
  store.look({ dark, present: page.get('present') === '1' })
  store.speak(page.get('lang') || look.lang || navigator.language.slice(0, 2))
  const query = location.search.slice(1)
  store.question = questionOf(query)
  sendQuestion(query, false) // as it stands: whatever is wrong with it, the server says
}

begin()
