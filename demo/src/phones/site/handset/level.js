const BARS = 27
/** Louder at once, quieter slowly. */
const FALL = 0.82
/** Speech at a usual distance fills about two thirds. */
const LOUD_RMS = 0.22
/** The value for screen readers changes this often at most. */
const TELL_EVERY = 25

/** How loud what is heard is: bars that follow the voice, and the halo around the face. One call of `hear` for each 20 ms. */
export class Level {
  #meter
  #face
  /** @type {HTMLElement[]} */
  #bars = []
  /** @type {number[]} newest first */
  #past = new Array(BARS).fill(0)
  #now = 0
  #frames = 0

  /**
   * @param {HTMLElement} meter
   * @param {HTMLElement} face
   */
  constructor(meter, face) {
    this.#meter = meter
    this.#face = face
    const about = { role: 'meter', 'aria-label': 'What is heard', 'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-valuenow': '0' }
    for (const [name, value] of Object.entries(about)) meter.setAttribute(name, value)
    for (let i = 0; i < BARS; i += 1) {
      const bar = document.createElement('span')
      this.#bars.push(bar)
      meter.append(bar)
    }
  }

  /** @param {Int16Array} frame */
  hear(frame) {
    let energy = 0
    for (const sample of frame) energy += (sample / 32768) ** 2
    const loud = Math.min(1, Math.sqrt(energy / Math.max(1, frame.length)) / LOUD_RMS) ** 0.6
    this.#now = Math.max(loud, this.#now * FALL)
    this.#frames += 1
    // Every second frame is quick enough for eyes.
    if (this.#frames % 2 === 0) this.#draw()
    if (this.#frames % TELL_EVERY === 0) this.#meter.setAttribute('aria-valuenow', String(Math.round(this.#now * 100)))
  }

  rest() {
    this.#past.fill(0)
    this.#now = 0
    this.#paint()
    this.#meter.setAttribute('aria-valuenow', '0')
  }

  #draw() {
    this.#past.pop()
    this.#past.unshift(this.#now)
    this.#paint()
  }

  /** The newest in the middle; what was heard before runs out to both sides. */
  #paint() {
    const middle = (BARS - 1) / 2
    for (const [at, bar] of this.#bars.entries()) {
      const level = Number(this.#past[Math.abs(at - middle)])
      bar.style.setProperty('transform', `scaleY(${(0.08 + 0.92 * level * (1 - Math.abs(at - middle) / (BARS * 0.8))).toFixed(3)})`)
    }
    for (const place of [this.#face, this.#meter]) place.style.setProperty('--level', this.#now.toFixed(3))
  }
}
