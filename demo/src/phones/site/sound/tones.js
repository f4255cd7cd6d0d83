/** Sounds that a phone makes itself. */

/** @type {Record<string, [number, number]>} */
const DTMF = {
  1: [697, 1209],
  2: [697, 1336],
  3: [697, 1477],
  4: [770, 1209],
  5: [770, 1336],
  6: [770, 1477],
  7: [852, 1209],
  8: [852, 1336],
  9: [852, 1477],
  '*': [941, 1209],
  0: [941, 1336],
  '#': [941, 1477],
}
const KEY_S = 0.14
const KEY_GAIN = 0.06
/** Notes of a handset's ring, in semitones above its own, and when they sound; handsets differ in their note. */
const RING = [
  [0, 0],
  [7, 0.16],
  [12, 0.32],
  [16, 0.48],
  [12, 0.8],
  [16, 0.96],
]
const RING_EVERY_MS = 2600
const RING_NOTES_HZ = [523.25, 440, 587.33, 392]
const RINGBACK = /** @type {const} */ ([440, 480])
const RINGBACK_ON_S = 2
const RINGBACK_EVERY_MS = 6000

/**
 * One key's tone.
 * @param {AudioContext} context
 * @param {string} digit
 */
export function keyTone(context, digit) {
  for (const hz of DTMF[digit] ?? []) steady(context, { hz, gain: KEY_GAIN, forS: KEY_S })
}

/**
 * Rings until it is told to stop.
 * @param {AudioContext} context
 * @param {number} handset
 * @returns {() => void}
 */
export function ring(context, handset) {
  const base = RING_NOTES_HZ[handset % RING_NOTES_HZ.length] ?? 440
  return again(context, RING_EVERY_MS, (out) => {
    for (const [semitones = 0, at = 0] of RING) bell(context, out, base * 2 ** (semitones / 12), at)
  })
}

/**
 * What a caller hears while the other side rings.
 * @param {AudioContext} context
 * @returns {() => void}
 */
export function ringback(context) {
  return again(context, RINGBACK_EVERY_MS, (out) => {
    for (const hz of RINGBACK) steady(context, { hz, gain: 0.035, forS: RINGBACK_ON_S, out })
  })
}

/**
 * @param {AudioContext} context
 * @param {number} everyMs
 * @param {(out: AudioNode) => void} play
 */
function again(context, everyMs, play) {
  const out = new GainNode(context)
  out.connect(context.destination)
  play(out)
  const timer = setInterval(() => play(out), everyMs)
  return () => {
    clearInterval(timer)
    out.gain.setTargetAtTime(0, context.currentTime, 0.02)
    setTimeout(() => out.disconnect(), 200)
  }
}

/**
 * A struck bar: its note and a quick overtone.
 * @param {AudioContext} context
 * @param {AudioNode} out
 * @param {number} hz
 * @param {number} atS
 */
function bell(context, out, hz, atS) {
  const start = context.currentTime + atS
  for (const [times = 1, gain = 0, tail = 0] of [
    [1, 0.13, 0.5],
    [4, 0.03, 0.12],
  ]) {
    const tone = new OscillatorNode(context, { frequency: hz * times })
    const volume = new GainNode(context, { gain: 0 })
    volume.gain.setValueAtTime(0, start)
    volume.gain.linearRampToValueAtTime(gain, start + 0.006)
    volume.gain.exponentialRampToValueAtTime(0.0005, start + tail)
    tone.connect(volume).connect(out)
    tone.start(start)
    tone.stop(start + tail)
  }
}

/**
 * @param {AudioContext} context
 * @param {{ hz: number, gain: number, forS: number, out?: AudioNode }} o
 */
function steady(context, { hz, gain, forS, out = context.destination }) {
  const start = context.currentTime
  const tone = new OscillatorNode(context, { frequency: hz })
  const volume = new GainNode(context, { gain: 0 })
  volume.gain.setTargetAtTime(gain, start, 0.004)
  volume.gain.setTargetAtTime(0, start + forS - 0.02, 0.005)
  tone.connect(volume).connect(out)
  tone.start(start)
  tone.stop(start + forS + 0.02)
}
