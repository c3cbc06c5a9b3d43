// Where values of the base year come from: rows of the data page, fetched when the first card asks for them.

export class Sources {
  constructor(store) {
    Object.assign(this, { store, rows: {}, lang: null })
  }

  /** Have the rows in the visitor's language; `then` is called if they had to be fetched. */
  async fetch(then) {
    const { lang } = this.store
    if (this.lang === lang) return
    this.lang = lang
    const answer = await fetch(`/corridors/data/${lang}.json`).catch(() => null)
    if (!answer?.ok) { this.lang = null; return }       // the next card asks again
    this.rows = Object.fromEntries((await answer.json()).rows.base.map(row => [row.id, row]))
    then()
  }

  /** A row such as ('KZ-KG', 'start_trade'), or undefined. */
  find(who, what) { return this.rows[['base', who, what].join('-').replace(/\s+/g, '_')] }
}
