/**
 * Keeps rows where they are while somebody points at them: rows that are gone stay in their place, new ones come at the end. Let go, the
 * order is the wanted one at once.
 */
export class FrozenOrder<T> {
  #shown: { id: string; row: T }[] = []
  #isFrozen = false

  get isFrozen(): boolean {
    return this.#isFrozen
  }

  freeze(isFrozen: boolean): void {
    this.#isFrozen = isFrozen
  }

  /** `wanted`: the rows in the order they should have. @returns what to show; `gone` rows are not wanted any more */
  arrange(wanted: readonly { id: string; row: T }[]): readonly { id: string; row: T; gone: boolean }[] {
    const live = new Map(wanted.map((each) => [each.id, each]))
    if (this.#isFrozen) {
      const kept = this.#shown.map(({ id, row }) => live.get(id) ?? { id, row })
      const known = new Set(kept.map(({ id }) => id))
      this.#shown = [...kept, ...wanted.filter(({ id }) => !known.has(id))]
    } else this.#shown = [...wanted]
    return this.#shown.map(({ id, row }) => ({ id, row, gone: !live.has(id) }))
  }
}
