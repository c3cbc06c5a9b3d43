// One chart over the whole window, for a projector: levels above, the paired difference below, and a player of its own.

import { el, iconButton, openDialog, setIcon } from './dom.js'
import { legendList } from './legend.js'
import { panel } from './panel.js'

/** Open it. list: charts to leaf through; at: which first. Returns the dialog. */
export function openEnlarged(store, list, at) {
  const t = (key) => store.t(`chart.${key}`)
  let [index, chart] = [at, null]
  const place = el('div', { class: 'chart-large-room' })
  const legend = el('div')
  const slider = el('input', {
    type: 'range', min: 0, max: store.picture.months - 1, step: 1, 'aria-label': t('month'),
    oninput: () => store.seek(Number(slider.value)),
  })
  const play = iconButton('play', t('play'), () => store.toggle(), { autofocus: true })
  const turn = (step) => () => show((index + step + list.length) % list.length)
  const full = () => (document.fullscreenElement ? document.exitFullscreen() : dialog.requestFullscreen())
  const dialog = el(
    'dialog', { class: 'chart-dialog chart-large-dialog', 'aria-label': t('enlarged') },
    el(
      'div', { class: 'chart-dialog-head' }, legend,
      el(
        'div', { class: 'chart-tools' },
        list.length > 1 && iconButton('back', t('previous'), turn(-1)),
        list.length > 1 && iconButton('next', t('next'), turn(1)),
        document.fullscreenEnabled && iconButton('full', t('full'), full),
        iconButton('close', t('close'), () => dialog.close()),
      ),
    ),
    place,
    el('div', { class: 'chart-large-player' }, play, slider),
  )

  function show(which) {
    index = which
    if (chart) chart.close()
    chart = panel(store, { shown: { ...list[index] }, view: () => 'both', large: true })
    place.append(chart.root)
    draw()
  }

  function draw() {
    legend.replaceChildren(legendList(store, store.picture, 'both', { short: store.present }))
    chart.draw()
  }

  function move() {
    chart.move(store.month)
    if (document.activeElement !== slider) slider.value = Math.round(store.month)
    slider.setAttribute('aria-valuetext', store.date(Math.round(store.month)))
  }

  const playing = () => setIcon(play, store.playing ? 'pause' : 'play', t(store.playing ? 'pause' : 'play'))
  const off = [store.on('picture', draw), store.on('look', draw), store.on('month', move), store.on('play', playing)]
  const watch = new ResizeObserver(() => chart.draw())
  watch.observe(place)
  dialog.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (!step || event.target.matches('input, select')) return
    event.preventDefault()
    store.step(step)
  })
  dialog.addEventListener('close', () => {
    off.forEach((stop) => stop())
    watch.disconnect()
    chart.close()
  })
  openDialog(dialog)
  show(index)
  move()
  playing()
  return dialog
}
