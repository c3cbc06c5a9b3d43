// "Why?": asks what made a difference; the answer comes to a part of the page of its own, which shows itself then.

import { iconButton } from './dom.js'

const QUOTIENT = 'raw_share' // a share of two sums: its difference cannot be divided among levers
const LONGEST = 60_000 // ms after which a lost question may be asked again

/** A button that asks; `about` tells {measure, who, year}. It is busy until the answer comes. Null where none can. */
export function whyButton(store, words, measure, about) {
  if (measure === QUOTIENT) return null
  const button = iconButton('why', words, () => {
    button.setAttribute('aria-busy', 'true')
    const done = () => {
      button.removeAttribute('aria-busy')
      clearTimeout(timer)
      off()
    }
    const off = store.on('why', done)
    const timer = setTimeout(done, LONGEST)
    store.why(about())
    const dialog = button.closest('dialog')
    if (dialog) dialog.close() // the answer stands on the page below it
  })
  return button
}
