/** Endless inputs, each new: the fields of two samples mixed, and some of them bent. Cheaper than making each from nothing. */

const BITS = ['', ' ', '0', '-', '%', '&', '=', '[', ']', '"', '\\', '\n', '\u0000', 'é', '\u{1f600}', '__proto__', '../', '<']

export interface Dice {
  /** Below `sides`. */
  below(sides: number): number
  one<T>(of: readonly T[]): T
  /** True once in so many times. */
  once(inTimes: number): boolean
}

/** Mulberry32: the same seed throws the same. */
export function createDice(seed: number): Dice {
  let state = seed >>> 0
  const below = (sides: number) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * sides) | 0
  }
  return { below, one: (of) => of[below(of.length)] as never, once: (inTimes) => below(inTimes) === 0 }
}

/** A little of it, anywhere, is something else. */
export function bent(text: string, dice: Dice): string {
  const at = dice.below(text.length + 1)
  return text.slice(0, at) + dice.one(BITS) + text.slice(at + dice.below(3))
}

/** All fields of one, some of another, some of them bent. */
export function mixed(one: Fields, other: Fields, dice: Dice): Fields {
  const fields: Record<string, string> = Object.assign(Object.create(null), one)
  for (const [name, value] of Object.entries(other)) if (dice.once(2)) fields[name] = value
  for (const name of Object.keys(fields)) {
    if (dice.once(12)) fields[name] = bent(fields[name] ?? '', dice)
    if (dice.once(40)) delete fields[name]
  }
  if (dice.once(6)) fields[bent(dice.one(Object.keys(fields)) ?? '', dice)] = String(dice.below(1e9))
  return fields
}

export type Fields = Readonly<Record<string, string>>
