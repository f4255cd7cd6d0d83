/** Power spectra of real frames of one size (a power of two), with tables made once. */
export function createFourier(size: number): (frame: Float64Array, power: Float64Array) => void {
  const cos = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size))
  const sin = Float64Array.from({ length: size / 2 }, (_, i) => Math.sin((2 * Math.PI * i) / size))
  const bits = Math.log2(size)
  const turned = Uint16Array.from({ length: size }, (_, i) => {
    let out = 0
    for (let bit = 0; bit < bits; bit++) out |= ((i >> bit) & 1) << (bits - 1 - bit)
    return out
  })
  const re = new Float64Array(size)
  const im = new Float64Array(size)

  return (frame, power) => {
    for (let i = 0; i < size; i++) re[i] = frame[turned[i] ?? 0] ?? 0
    im.fill(0)
    for (let half = 1; half < size; half *= 2) {
      const step = size / (half * 2)
      for (let start = 0; start < size; start += half * 2) {
        for (let k = 0; k < half; k++) {
          const [c, s] = [cos[k * step] ?? 0, sin[k * step] ?? 0]
          const [a, b] = [start + k, start + k + half]
          const [br, bi] = [re[b] ?? 0, im[b] ?? 0]
          const [tr, ti] = [br * c + bi * s, bi * c - br * s]
          re[b] = (re[a] ?? 0) - tr
          im[b] = (im[a] ?? 0) - ti
          re[a] = (re[a] ?? 0) + tr
          im[a] = (im[a] ?? 0) + ti
        }
      }
    }
    for (let i = 0; i < power.length; i++) power[i] = (re[i] ?? 0) ** 2 + (im[i] ?? 0) ** 2
  }
}
