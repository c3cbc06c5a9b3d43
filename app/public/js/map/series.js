// Values of one run between months: lines move evenly from month to month, states of things change at the month.

/** Value of a monthly series at a fractional month, evenly between neighbours. */
export function at(series, month) {
  const last = series.length - 1
  if (month <= 0) return series[0]
  if (month >= last) return series[last]
  const before = Math.floor(month)
  return series[before] + (series[before + 1] - series[before]) * (month - before)
}

/** Value in force in the month (for what is or is not). */
export const now = (series, month) => series[Math.max(0, Math.min(series.length - 1, Math.floor(month)))]

/** Months since the series was last above zero, not more than `within`; Infinity if it was not. */
export function since(series, month, within) {
  for (let m = Math.floor(month); m >= 0 && month - m <= within; m--) if (series[m] > 0) return month - m
  return Infinity
}

/** Ties of a state: keys such as 'KZ-KG' that hold its code. */
export const tiesOf = (one, state) => Object.keys(one.ties).filter(tie => tie.split('-').includes(state))

/** Mean trust on a state's ties, as the model takes it. */
export function trustOf(one, state, month) {
  const ties = tiesOf(one, state)
  return ties.reduce((sum, tie) => sum + at(one.ties[tie].trust, month), 0) / ties.length
}

/** What a state is filled by: 'attention', or 'trust'. */
export const fillOf = (one, state, kind, month) =>
  kind === 'trust' ? trustOf(one, state, month) : at(one.states[state].attention, month)

/** Smooth step from 0 to 1. */
export const ease = x => x <= 0 ? 0 : x >= 1 ? 1 : x * x * (3 - 2 * x)
