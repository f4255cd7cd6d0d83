import type { Ear, LegEvent } from '../calls/ports.ts'

/** Who hears a leg: its events and, past them, its sound. Legs extend it, so that a frame finds the ear in the leg itself. */
export abstract class HeardLeg {
  #ear: Ear | undefined = undefined
  #listener: ((event: LegEvent) => void) | undefined = undefined

  listen(listener: (event: LegEvent) => void, ear?: Ear): () => void {
    this.#listener = listener
    this.#ear = ear
    return () => {
      if (this.#listener === listener) this.heardByNobody()
    }
  }

  protected heardByNobody(): void {
    this.#listener = undefined
    this.#ear = undefined
  }

  protected emit(event: LegEvent): void {
    this.#listener?.(event)
  }

  /** Whole samples in the leg's input format, good until it returns. */
  protected emitSound(bytes: Uint8Array): void {
    if (this.#ear) this.#ear.sound(bytes)
    else this.#listener?.({ type: 'audio', bytes: new Uint8Array(bytes) })
  }
}
