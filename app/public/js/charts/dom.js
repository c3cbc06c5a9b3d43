// Elements, icons and files to save: the few things that every chart needs of the page.

/** An element with attributes (on… listen; false and null leave out) and children (text, elements, lists of them). */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value)
    else made.setAttribute(name, value === true ? '' : value)
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false))
  return made
}

const SVG = 'http://www.w3.org/2000/svg'

/** A drawing from path strings in a square of 24; lines only, in the colour of the text around it. */
export function drawing(paths, attributes = {}) {
  const svg = document.createElementNS(SVG, 'svg')
  const base = { viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', 'stroke-width': 2, 'aria-hidden': 'true' }
  for (const [name, value] of Object.entries({ ...base, ...attributes })) svg.setAttribute(name, value)
  for (const d of [paths].flat()) {
    const path = document.createElementNS(SVG, 'path')
    path.setAttribute('d', d)
    svg.append(path)
  }
  return svg
}

const ICONS = {
  why: ['M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4', 'M12 17.5v.5', 'M12 2.5a9.5 9.5 0 1 0 .01 0'],
  table: ['M3 5h18v14H3z', 'M3 10h18M3 14.5h18M9 5v14'],
  enlarge: ['M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7'],
  full: ['M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5'],
  save: ['M12 3v12M7 10l5 5 5-5', 'M4 19h16'],
  close: ['M5 5l14 14M19 5L5 19'],
  back: ['M15 5l-7 7 7 7'],
  next: ['M9 5l7 7-7 7'],
  play: ['M7 4v16l13-8z'],
  pause: ['M8 4v16M16 4v16'],
}

/** A button that shows an icon; its words are read out and shown on hover. */
export function iconButton(icon, words, onclick, attributes = {}) {
  const shown = { type: 'button', class: 'chart-icon', 'aria-label': words, title: words, onclick, ...attributes }
  return el('button', shown, drawing(ICONS[icon]))
}

/** Another icon and other words on a button made above. */
export function setIcon(button, icon, words) {
  button.replaceChildren(drawing(ICONS[icon]))
  button.setAttribute('aria-label', words)
  button.title = words
}

/** Hand a text or a data URL to the visitor as a file. */
export function save(name, content, type) {
  const address = content.startsWith('data:') ? content : URL.createObjectURL(new Blob([content], { type }))
  const link = el('a', { href: address, download: name })
  document.body.append(link)
  link.click()
  link.remove()
  if (address.startsWith('blob:')) setTimeout(() => URL.revokeObjectURL(address), 1000)
}

/** Radio buttons in a row that look like one switch; `choices` are [value, words]. */
export function segmented(name, legend, choices, chosen, onchoose) {
  const buttons = choices.map(([value, words]) => {
    const radio = { type: 'radio', name, value, checked: value === chosen, onchange: () => onchoose(value) }
    return el('label', {}, el('input', radio), el('span', {}, words))
  })
  return el('fieldset', { class: 'chart-segments' }, el('legend', { class: 'visually-hidden' }, legend), buttons)
}

/** An icon that opens a small menu; `items` are [words, what it does]. Escape and leaving it close it. */
export function saveMenu(words, items) {
  const choose = (act) => () => {
    menu.open = false
    act()
  }
  const list = items.map(([text, act]) => el('button', { type: 'button', onclick: choose(act) }, text))
  const summary = el('summary', { class: 'chart-icon', 'aria-label': words, title: words }, drawing(ICONS.save))
  const menu = closing(el('details', { class: 'chart-menu' }, summary, el('div', {}, list)))
  return menu
}

/** Close a <details> by Escape, and when the focus leaves it. */
export function closing(details) {
  details.addEventListener('focusout', (event) => {
    if (event.relatedTarget && !details.contains(event.relatedTarget)) details.open = false
  })
  details.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !details.open) return
    event.preventDefault()
    event.stopPropagation()
    details.open = false
    details.firstChild.focus()
  })
  document.addEventListener('pointerdown', (event) => {
    if (details.open && !details.contains(event.target)) details.open = false
  })
  return details
}

/** Open a dialog over the page, inside its root so that it has the page's look; it is taken away when closed. */
export function openDialog(dialog) {
  const page = document.querySelector('.corridors') || document.body
  dialog.addEventListener('close', () => dialog.remove())
  page.append(dialog)
  dialog.showModal()
  return dialog
}
