// Words, numbers and dates in the visitor's language, from the catalogue of the server.

const FALLBACK = 'en'
const PLACE = /\{(\w+)\}/g
// Parts of a refusal: those that have patterns of their own, and those that are numbers as Python writes them.
const OURS = new Set(['problem', 'what', 'hint'])
const NUMBERS = new Set(['value', 'low', 'high', 'from', 'to'])
const FRACTION = /^-?\d*\.\d+$/
const LONGEST = 300 // characters of a refusal that is translated

// "'{name}' is set twice" as a regular expression, and the names of its parts
function read([english, said]) {
  const names = []
  const written = english.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(PLACE, (_, name) => names.push(name) && '(.*?)')
  return { pattern: new RegExp(`^${written}$`, 's'), names, said }
}

export class Words {
  constructor() {
    this.lang = FALLBACK
    this.catalogue = null
    this.refusals = []
  }

  async load(lang) {
    const answer = await fetch(`/corridors/catalogue/${encodeURIComponent(lang)}.json`)
    if (!answer.ok && lang !== FALLBACK) return this.load(FALLBACK)
    this.catalogue = Object.freeze(await answer.json())
    this.lang = this.catalogue.lang
    this.refusals = (this.catalogue.refusals ?? []).map(read)
    this.rules = new Intl.PluralRules(this.lang)
  }

  t(key, args = {}) {
    const text = this.catalogue?.ui[key]
    if (text === undefined) return this.catalogue ? key : ''
    const given = 'why' in args ? { ...args, why: this.refusal(args.why) } : args
    return text.replace(PLACE, (whole, name) => given[name] ?? whole)
  }

  plural(n, key, args = {}) {
    const kind = this.rules ? this.rules.select(n) : 'other'
    const form = [kind, 'many', 'other', 'few', 'one'].find(k => this.catalogue?.ui[`${key}.${k}`] !== undefined)
    return this.t(form ? `${key}.${form}` : key, { n, ...args })
  }

  told(text) {
    const table = [this.catalogue?.told, this.catalogue?.units].find(known => known && Object.hasOwn(known, text))
    return table ? table[text] : text
  }

  /** A refusal of the server, which speaks English, by the patterns of this language; as it came if none fits. */
  refusal(english) {
    if (english.length > LONGEST) return english // a stranger's text: no pattern may take long over it
    for (const { pattern, names, said } of this.refusals) {
      const found = pattern.exec(english)
      if (!found) continue
      const parts = Object.fromEntries(names.map((name, i) => [name, this.part(name, found[i + 1])]))
      return said.replace(PLACE, (_, name) => parts[name])
    }
    return english
  }

  part(name, text) {
    if (OURS.has(name)) return this.refusal(text)
    if (name === 'unit') return this.told(text)
    return NUMBERS.has(name) && FRACTION.test(text) ? text.replace('.', this.catalogue.rules.decimal) : text
  }

  // a lever by the name that a scenario writes: reform_KZ-KG is a member of reform
  lever(written) {
    return this.catalogue?.levers.find(({ name, per }) => written === name || (per && written.startsWith(`${name}_`)))
  }

  number(x, digits = 3) {
    if (x === null || x === undefined || !Number.isFinite(x)) return '–'
    if (x === 0) return '0'
    const decimals = Math.max(0, Math.min(4, digits - 1 - Math.floor(Math.log10(Math.abs(x)))))
    return x.toLocaleString(this.lang, { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
  }

  // from the catalogue: browsers do not know the months of every language
  date(year, month) {
    const { months, date } = this.catalogue?.rules ?? {}
    return months ? date.replace('{month}', months[month]).replace('{year}', year) : `${year}-${month + 1}`
  }
}
