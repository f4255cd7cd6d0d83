/** Times are milliseconds everywhere; people read long ones in seconds. */
export interface Unit {
  /** Of the value, in one of what is shown. */
  readonly per: number
  readonly name: string
  show(value: number): string
}

const PLAIN: Unit = { per: 1, name: '', show: (value) => String(value) }
const MS: Unit = { per: 1, name: 'ms', show: (value) => `${value} ms` }
const SECONDS: Unit = { per: 1000, name: 's', show: (value) => `${value / 1000} s` }

/** How a number of this name is shown; `max` tells short times from long ones. */
export function shownUnit(name: string, max: number | undefined): Unit {
  if (!/Ms$/.test(name)) return PLAIN
  return max !== undefined && max <= 10_000 ? MS : SECONDS
}
