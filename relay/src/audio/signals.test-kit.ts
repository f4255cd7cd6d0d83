/** Signals and measures that the audio tests share. Samples are int16, frequencies Hz. */

export function tone(hz: number, rateHz: number, samples: number, amplitude = 16_000): Int16Array {
  return Int16Array.from({ length: samples }, (_, i) => Math.round(amplitude * Math.sin((2 * Math.PI * hz * i) / rateHz)))
}

export function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength).slice()
}

export function samplesOf(bytes: Uint8Array): Int16Array {
  return new Int16Array(Uint8Array.from(bytes).buffer)
}

/** Root mean square in dB below (−) or above a sine of amplitude 16 000, without the ramps at both ends. */
export function levelDb(samples: Int16Array, margin = 400): number {
  const inner = samples.subarray(margin, samples.length - margin)
  const power = inner.reduce((sum, s) => sum + s * s, 0) / inner.length
  return 10 * Math.log10(power / (16_000 ** 2 / 2))
}

/** What is left (dB against the same reference) when the best-fitting sine of `hz` is taken out: images, aliases, clicks. */
export function residueDb(samples: Int16Array, hz: number, rateHz: number, margin = 400): number {
  const inner = samples.subarray(margin, samples.length - margin)
  const w = (2 * Math.PI * hz) / rateHz
  let [ss, cc, sc, ys, yc] = [0, 0, 0, 0, 0]
  inner.forEach((y, i) => {
    const s = Math.sin(w * i)
    const c = Math.cos(w * i)
    ss += s * s
    cc += c * c
    sc += s * c
    ys += y * s
    yc += y * c
  })
  const determinant = ss * cc - sc * sc
  const a = (ys * cc - yc * sc) / determinant
  const b = (yc * ss - ys * sc) / determinant
  return levelDb(
    Int16Array.from(inner, (y, i) => Math.round(y - a * Math.sin(w * i) - b * Math.cos(w * i))),
    0,
  )
}

/** The bytes cut at these places (taken modulo what is left), empty pieces included. */
export function cut(bytes: Uint8Array, sizes: number[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  let at = 0
  for (const size of sizes) {
    pieces.push(bytes.subarray(at, at + size))
    at = Math.min(bytes.length, at + size)
  }
  pieces.push(bytes.subarray(at))
  return pieces
}
