// Words, numbers and dates in the visitor's language, from the catalogue of the server.

const FALLBACK = 'en'
const INNER = new Set(['problem', 'what', 'hint', 'unit', 'value']) // parts of a refusal that have words of their own

export class Words {
  constructor() {
    this.lang = FALLBACK
    this.catalogue = null
  }

  async load(lang) {
    const answer = await fetch(`/corridors/catalogue/${encodeURIComponent(lang)}.json`)
    if (!answer.ok && lang !== FALLBACK) return this.load(FALLBACK)
    this.catalogue = Object.freeze(await answer.json())
    this.lang = this.catalogue.lang
    this.rules = new Intl.PluralRules(this.lang)
  }

  t(key, args = {}) {
    const text = this.catalogue?.ui[key]
    if (text === undefined) return this.catalogue ? key : ''
    const given = 'why' in args ? { ...args, why: this.refusal(args.why) } : args
    return text.replace(/\{(\w+)\}/g, (whole, name) => given[name] ?? whole)
  }

  plural(n, key, args = {}) {
    const kind = this.rules ? this.rules.select(n) : 'other'
    const form = [kind, 'many', 'other', 'few', 'one'].find(k => this.catalogue?.ui[`${key}.${k}`] !== undefined)
    return this.t(form ? `${key}.${form}` : key, { n, ...args })
  }

  told(text) {
    return this.catalogue?.told?.[text] ?? this.catalogue?.units?.[text] ?? text
  }

  /** A refusal of the server, which speaks English, by the patterns of this language; as it came if none fits. */
  refusal(english) {
    for (const [pattern, said] of this.catalogue?.refusals ?? []) {
      const names = []
      const asked = pattern.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, (_, name) => names.push(name) && '(.*?)')
      const found = new RegExp(`^${asked}$`, 's').exec(english)
      if (!found) continue
      const parts = Object.fromEntries(names.map((name, i) => [name, INNER.has(name) ? this.refusal(found[i + 1]) : this.figure(found[i + 1])]))
      return said.replace(/\{(\w+)\}/g, (_, name) => parts[name]).replace(/ {2,}/g, ' ') // a number without a unit
    }
    return this.told(english)
  }

  // a number as Python writes it, in this language's way; anything else as it is
  figure(text) {
    return /^-?\d*\.\d+$/.test(text) ? text.replace('.', this.catalogue.rules?.decimal ?? '.') : text
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
