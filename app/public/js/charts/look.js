// Colours and type of the page, as a chart needs them: ECharts knows no CSS variables.

/** What the page looks like now: colours by name, font, and a scale (1 = 16 px a rem; larger for a projector). */
export function look() {
  const style = getComputedStyle(document.documentElement)
  const colour = (name, otherwise) => style.getPropertyValue(`--${name}`).trim() || otherwise
  return {
    ink: colour('ink', '#1b1b1b'),
    soft: colour('soft-ink', '#5c5c5c'),
    paper: colour('paper', '#ffffff'),
    panel: colour('panel', '#ffffff'),
    line: colour('line', '#d5d5d5'),
    scenario: colour('scenario', '#0072b2'),
    against: colour('against', '#8a8a8a'),
    gap: colour('gap', '#009e73'),
    article: colour('article', '#cc79a7'),
    policy: colour('policy', '#0072b2'),
    world: colour('world', '#d55e00'),
    font: colour('font', '') || getComputedStyle(document.body).fontFamily,
    scale: (parseFloat(style.fontSize) || 16) / 16,
  }
}

let loading = null

/** ECharts, once for the page, from this machine. */
export function loadEcharts() {
  loading = loading || import(`${window.solara.cdn}/echarts@5.4.0/dist/echarts.esm.min.js`)
  return loading
}
