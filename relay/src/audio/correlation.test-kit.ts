/** How alike two sounds are, whatever the delay between them. Samples are int16 of one rate. */

/** Every `by`-th sample of the mean over `by`: enough to find a delay, at a fraction of the work. */
const thin = (samples: Int16Array, by: number) =>
  Float64Array.from({ length: Math.floor(samples.length / by) }, (_, at) => {
    let sum = 0
    for (let each = 0; each < by; each++) sum += samples[at * by + each] ?? 0
    return sum / by
  })

/** The best normalised correlation of `said` anywhere in `heard`, 0 to 1, and at which sample of `heard` it begins. */
export function bestMatch(said: Int16Array, heard: Int16Array, by = 8): { correlation: number; at: number } {
  const a = thin(said, by)
  const b = thin(heard, by)
  const power = Math.sqrt(a.reduce((sum, value) => sum + value * value, 0))
  let best = { correlation: 0, at: 0 }
  for (let lag = 0; lag + a.length <= b.length; lag++) {
    let product = 0
    let other = 0
    for (let at = 0; at < a.length; at++) {
      const value = b[lag + at] as number
      product += (a[at] as number) * value
      other += value * value
    }
    const correlation = other === 0 ? 0 : Math.abs(product) / (power * Math.sqrt(other))
    if (correlation > best.correlation) best = { correlation, at: lag * by }
  }
  return best
}

/** A voice-like sound that is like no other seed's: slow noise that comes and goes. */
export function murmur(seed: number, rateHz: number, ms: number, amplitude = 9000): Int16Array {
  let state = seed
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x40000000 - 1
  }
  const count = (rateHz * ms) / 1000
  // Drawn at 2 kHz and joined by lines, so that every rate hears the same curve.
  const points = Array.from({ length: Math.ceil(ms * 2) + 2 }, random)
  return Int16Array.from({ length: count }, (_, at) => {
    const place = (at * 2000) / rateHz
    const from = Math.floor(place)
    const value = (points[from] ?? 0) + ((points[from + 1] ?? 0) - (points[from] ?? 0)) * (place - from)
    return Math.round(amplitude * value * (0.6 + 0.4 * Math.sin((2 * Math.PI * 3 * at) / rateHz)))
  })
}
