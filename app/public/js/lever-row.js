// One lever: its name, the value in force, the control that moves it, and on a tap what is known of it. Everything it
// shows is handed to it; it tells the panel what a hand does ('move', with `draft` while dragging) and nothing else.

import { store } from './store.js'
import { MONTHS, NEVER, TODAY, monthOf } from './levers.js'
import { factsOf, labelOf, number, scaleOf, tell, tidy } from './lever-words.js'

const LAST_KEY = 300 // ms after the last key on a slider, when its value is final

export default {
  props: {
    row: Object, value: {}, against: {}, next: String, from: String, pulses: String, own: Boolean, // `each`: under the
    each: Boolean, unfolded: Boolean,                                              // row for all; `unfolded`: has such
  },
  data: () => ({ about: false, months: null }),
  computed: {
    label () { return labelOf(this.row, this.each) },
    factor () { return scaleOf(this.row).factor },
    unit () { return scaleOf(this.row).unit },
    id () { return this.row.id + (this.each ? '-each' : '') },
    // What stands in the box where there is no number: agreed today, calibrated about the default, differs by member.
    loose () {
      if (this.value === TODAY) return this.t('levers.today_short')
      return this.row.kind === 'number' ? `~${number(this.rest)}` : '…'
    },
    isSlider () { return this.row.kind === 'level' || this.row.kind === 'number' },
    isPulse () { return this.row.kind === 'pulse' || this.row.kind === 'moment' },
    low () { return this.shown(this.row.low) },
    high () { return this.shown(this.row.high) },
    step () { return this.shown(this.row.step) },
    isNumber () { return typeof this.value === 'number' },
    held () { return this.isNumber ? this.shown(this.value) : this.rest },
    rest () { return typeof this.row.default === 'number' ? this.shown(this.row.default) : this.low },
    // Where the thin mark stands on the slider: what the baseline has there, or a parameter's default.
    mark () { return this.along(typeof this.against === 'number' ? this.shown(this.against) : this.rest) },
    baseTold () { return this.t('levers.baseline_is', { value: tell(this.row, this.against, true) }) },
    markTold () {
      if (this.row.kind !== 'number') return this.baseTold
      return this.t('levers.default_is', { value: this.told(this.row.default) })
    },
    year () { return typeof this.value === 'string' && this.value !== NEVER ? Number(this.value.slice(0, 4)) : NEVER },
    month () { return this.year === NEVER ? 1 : Number(this.value.slice(5, 7)) },
    years () {
      const first = Number(this.from.slice(0, 4))
      const last = this.row.firstYear + Math.ceil(store.picture.months / MONTHS) - 1
      return Array.from({ length: last - first + 1 }, (_, i) => first + i)
    },
    monthNames () { return Array.from({ length: MONTHS }, (_, i) => store.date(i).replace(/\s*\d{4}.*$/, '')) },
    now () { return store.date(monthOf(this.from, this.row.firstYear)) },
    count () { return this.months === null ? Math.min(12, this.row.high) : this.months },
    acts () {
      if (!this.pulses) return []
      const told = ([month, n]) => {
        const date = store.date(month)
        return this.row.kind === 'moment' ? date : this.t('levers.pulse_at', { date, n })
      }
      return this.pulses.split(' ').map(pulse => told(pulse.split(',').map(Number)))
    },
    // One line, there whether or not it says anything, so that rows stand still while time runs.
    notes () {
      const { row, value, next } = this
      const found = [...this.acts]
      if (value === null && row.kind === 'level') found.push(this.t('levers.differs'))
      else if (row.kind !== 'number' && !this.isPulse && this.against !== value) found.push(this.baseTold)
      if (next) {
        const [month, then] = next.split(' ')
        const told = tell(row, Number.isNaN(Number(then)) ? then : Number(then), true)
        found.push(this.t('levers.then', { value: told, date: store.date(Number(month)) }))
      }
      return found
    },
    // What leaves a lever as if nobody had touched it, where no stop of the slider does: null or "today".
    untouched () {
      if (this.row.kind === 'number') return this.isNumber ? null : undefined
      return this.row.default === TODAY && this.value !== TODAY ? TODAY : undefined
    },
    facts () { return this.about ? factsOf(this.row) : [] },
  },
  methods: {
    t: (key, args) => store.t(key, args),
    along (value) { return Math.min(1, Math.max(0, (value - this.low) / (this.high - this.low))) },
    shown (value) { return tidy(value * this.factor) },
    told (value) { return tell(this.row, value) },
    // A slider's value, back in the unit that a scenario writes.
    written (text) {
      const value = tidy(Number(text) / this.factor)
      return Math.min(this.row.allowed[1], Math.max(this.row.allowed[0], value))
    },
    slide (event) {
      clearTimeout(this.soon)
      this.drafted = true
      this.$emit('move', this.row, this.written(event.target.value), true)
    },
    // Let go: final at once by hand; by keys when the last of them is past, so that a held key asks once.
    settle (event) {
      const value = this.written(event.target.value)
      const done = () => {
        if (this.drafted) this.$emit('move', this.row, value, false)
        this.drafted = false
      }
      clearTimeout(this.soon)
      if (event.type === 'change') this.soon = setTimeout(done, LAST_KEY)
      else done()
    },
    type (event) {
      const text = event.target.value
      if (text === '' || Number.isNaN(Number(text))) event.target.value = this.isNumber ? this.held : ''
      else this.$emit('move', this.row, this.written(text), false)
      this.$forceUpdate()
    },
    pick (year, month) {
      const chosen = year === NEVER ? NEVER : `${year}-${String(month).padStart(2, '0')}`
      this.$emit('move', this.row, chosen !== NEVER && chosen < this.from ? this.from : chosen, false)
    },
    strike () {
      this.$emit('move', this.row, this.row.kind === 'moment' ? this.from : this.count, false)
    },
    setMonths (event) {
      const asked = Math.round(Number(event.target.value)) || 1
      this.months = Math.min(this.row.high, Math.max(1, asked))
      event.target.value = this.months
    },
  },
  beforeDestroy () { clearTimeout(this.soon) },
  template: `
<div class="lever" :class="['is-' + row.kind, { own, member: each }]"
     role="group" :aria-label="label" :data-lever="row.key">
  <div class="top">
    <label class="name" :for="isSlider ? id : null">{{ label }}</label>
    <button type="button" class="about" :aria-expanded="String(about)" :aria-label="t('levers.about', { lever: label })"
            :title="t('levers.about', { lever: label })" @click="about = !about">?</button>
  </div>

  <div class="slide" v-if="isSlider">
    <div class="track">
      <input type="range" :id="id" :min="low" :max="high" :step="step" :value="held"
             :style="{ '--value': along(held) }" :class="{ loose: !isNumber }"
             :aria-valuetext="told(value)" @input="slide" @pointerup="settle" @pointercancel="settle" @change="settle">
      <span class="mark" :style="{ '--at': mark }" :title="markTold" aria-hidden="true"></span>
    </div>
    <input type="number" class="box" :min="shown(row.allowed[0])" :max="shown(row.allowed[1])" step="any"
           :value="isNumber ? held : ''" :placeholder="loose"
           :aria-label="t('levers.box', { lever: label, unit: unit })" @change="type">
    <span class="unit">{{ unit }}</span>
  </div>

  <div class="words" role="radiogroup" :aria-label="label" v-if="row.kind === 'choice'">
    <label v-for="word_ in row.words" :key="word_" :class="{ chosen: word_ === value, base: word_ === against }">
      <input type="radio" :name="id" :value="word_" :checked="word_ === value"
             @change="$emit('move', row, word_, false)">
      <span>{{ told(word_) }}</span>
    </label>
  </div>

  <div class="date" v-if="row.kind === 'date'">
    <select :aria-label="t('levers.year', { lever: label })" @change="pick($event.target.value, month)">
      <option value="never" :selected="year === 'never'">{{ t('levers.never') }}</option>
      <option v-if="year !== 'never' && !years.includes(year)" :value="year" selected>{{ year }}</option>
      <option v-for="y in years" :key="y" :value="y" :selected="y === year">{{ y }}</option>
    </select>
    <select :aria-label="t('levers.month', { lever: label })" v-if="year !== 'never'"
            @change="pick(year, $event.target.value)">
      <option v-for="(name, i) in monthNames" :key="i" :value="i + 1" :selected="i + 1 === month">{{ name }}</option>
    </select>
  </div>

  <div class="pulse" v-if="isPulse">
    <template v-if="row.kind === 'pulse'">
      <input type="number" min="1" :max="row.high" step="1" :value="count" @change="setMonths"
             :aria-label="t('levers.box', { lever: label, unit: unit })"> <span class="unit">{{ unit }}</span>
    </template>
    <button type="button" class="now" @click="strike">{{ t('levers.from_month', { date: now }) }}</button>
  </div>

  <p class="told" :class="{ acts: isPulse }" :title="notes.join(', ')">
    <button type="button" class="unfold" v-if="row.member === 'all'" :aria-expanded="String(unfolded)"
            @click="$emit('unfold', row.key)">{{ t('levers.each.' + row.per) }}</button>
    <span v-for="note in notes" :key="note">{{ note }}</span>
    <button type="button" class="back" v-if="untouched !== undefined" @click="$emit('move', row, untouched, false)">
      {{ t(row.kind === 'number' ? 'levers.let_vary' : 'levers.as_today') }}
    </button>
  </p>

  <dl class="facts" v-if="facts.length">
    <template v-for="[what, text] in facts">
      <dt :key="what">{{ t('levers.fact.' + what) }}</dt>
      <dd :key="what + '-text'">
        <code v-if="what === 'code'">{{ text }}</code><template v-else>{{ text }}</template>
      </dd>
    </template>
  </dl>
</div>`,
}
