// What can be charted, and where the article has said something of it.

const KAZAKH_KYRGYZ = 'KZ-KG'

/**
 * A chart each: measure; who: whom it shows at first; view: of a mark, where it is drawn ("levels" or "gap").
 * Marks are figures of Abazov (CACI Analyst, February 2026), the same as in calibration/figures.toml (a test holds
 * them together): first and last calendar year they speak of, and low and high in the measure's own unit.
 * shape: "under" a line, "over" it, "at" it, or a "band". An open end (jobs: "thousands") has no high.
 */
export const SUBJECTS = [
  {
    measure: 'trade',
    who: KAZAKH_KYRGYZ,
    marks: [
      { id: 'trade_2025', of: KAZAKH_KYRGYZ, view: 'levels', years: [2025, 2025], shape: 'under', low: 2.0 },
      { id: 'trade_2030', of: KAZAKH_KYRGYZ, view: 'levels', years: [2030, 2030], shape: 'at', low: 3.0 },
    ],
  },
  {
    measure: 'cut',
    who: KAZAKH_KYRGYZ,
    marks: [
      { id: 'cost_cut', of: KAZAKH_KYRGYZ, view: 'levels', years: [2030, 2035], shape: 'band', low: 0.15, high: 0.2 },
    ],
  },
  {
    measure: 'raw_share',
    who: KAZAKH_KYRGYZ,
    marks: [{ id: 'raw_share_2025', of: KAZAKH_KYRGYZ, view: 'levels', years: [2025, 2025], shape: 'over', low: 0.7 }],
  },
  {
    measure: 'jobs',
    who: 'Kordai',
    marks: [{ id: 'jobs', of: 'Kordai', view: 'gap', years: [2030, 2030], shape: 'over', low: 1000 }],
  },
  { measure: 'hub_jobs', who: 'Kordai' },
  { measure: 'tenants', who: 'Kordai' },
  { measure: 'exporters', who: 'Kordai' },
  { measure: 'trust', who: KAZAKH_KYRGYZ },
  { measure: 'attention', who: 'KZ' },
  { measure: 'storage', who: 'Syr Darya' },
  { measure: 'shortage', who: 'Syr Darya' },
  { measure: 'regional_trade', who: '' },
  { measure: 'processed_share', who: '' },
  { measure: 'integration', who: '' },
  { measure: 'mean_trust', who: '' },
  { measure: 'mean_attention', who: '' },
  { measure: 'surplus', who: '' },
  { measure: 'lever_cost', who: '' },
]

/** Charts shown until the visitor chooses. */
export const FIRST_SHOWN = ['trade', 'cut', 'jobs', 'trust']

export const subjectOf = (measure) => SUBJECTS.find((subject) => subject.measure === measure)

/** The key of a series in the picture. */
export const keyOf = (measure, who) => (who ? `${measure} ${who}` : measure)

/** Whom a series is of, as charts name it: '' is the whole region. */
export const agentOf = (series) => (series.who === 'region' ? '' : series.who)

/** Whom the picture has a measure of, in its order. */
export function agentsOf(picture, measure) {
  return Object.values(picture.series)
    .filter((series) => series.measure === measure)
    .map(agentOf)
}

/** The article's figures on a chart of `who` as shown in `view`, with months of the run instead of years. */
export function marksOn(picture, measure, who, view) {
  return ((subjectOf(measure) || {}).marks || [])
    .filter((mark) => mark.of === who && (view === 'both' || mark.view === view))
    .map((mark) => ({
      ...mark,
      from: Math.max((mark.years[0] - picture.first_year) * 12, 0),
      to: Math.min((mark.years[1] + 1 - picture.first_year) * 12 - 1, picture.months - 1),
    }))
    .filter((mark) => mark.from < mark.to)
}

/** Dated changes as one mark a month: {month, policy, world, own, told: [change, …]}. */
export function changesByMonth(picture, catalogue) {
  const found = new Map()
  for (const change of picture.changes || []) {
    const [year, month] = change.at.split('-').map(Number)
    const at = (year - picture.first_year) * 12 + month - 1
    const one = found.get(at) || { month: at, policy: false, world: false, own: false, told: [] }
    const lever = leverOf(catalogue, change.lever)
    one[lever && lever.group === 'world' ? 'world' : 'policy'] = true
    one.own = one.own || change.own
    one.told.push(change)
    found.set(at, one)
  }
  return [...found.values()].sort((a, b) => a.month - b.month)
}

/** The lever that a change moves: by its name, or by the name before the member ("reform_KZ-KG"). */
export function leverOf(catalogue, name) {
  const levers = (catalogue && catalogue.levers) || []
  const member = (lever) => name.startsWith(`${lever.name}_`)
  const longest = (a, b) => b.name.length - a.name.length
  return levers.find((lever) => lever.name === name) || levers.filter(member).sort(longest)[0]
}
