import type { TranscriptUpdate } from '../../call.ts'

/** A transcript as it grows: the newest state of each entry, each in its place (by when it began; as told, where that is the same). */
export class TranscriptList {
  readonly #places = new Map<string, { place: number; entry: TranscriptUpdate }>()
  #sorted: readonly TranscriptUpdate[] | undefined

  take(entry: TranscriptUpdate): void {
    const known = this.#places.get(entry.id)
    if (known && known.entry.seq > entry.seq) return
    this.#places.set(entry.id, { place: known?.place ?? this.#places.size, entry })
    this.#sorted = undefined
  }

  get entries(): readonly TranscriptUpdate[] {
    this.#sorted ??= [...this.#places.values()]
      .sort((a, b) => a.entry.startedAt.localeCompare(b.entry.startedAt) || a.place - b.place)
      .map(({ entry }) => entry)
    return this.#sorted
  }
}
