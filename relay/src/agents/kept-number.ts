import type { HouseNumber } from './house-number.ts'

/** A number with all that its owner may see or change. `config` and the two secrets are opened: http/ decides what leaves. */
export interface KeptNumber extends HouseNumber {
  readonly displayName: string
  /** The number's own, in `websocketUrl`. */
  readonly streamToken: string
  /** Unset for numbers of the environment. */
  readonly createdAt: Date | undefined
  readonly updatedAt: Date | undefined
}
