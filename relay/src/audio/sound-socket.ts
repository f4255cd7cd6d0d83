/** What every socket of sound tells of itself. A class: getters in an object literal would make each a slow object of its own. */
export class SoundSocket {
  readonly #isOpen: () => boolean
  readonly #isWritable: () => boolean

  constructor(state: { isOpen: () => boolean; isWritable: () => boolean }) {
    this.#isOpen = state.isOpen
    this.#isWritable = state.isWritable
  }
  get open(): boolean {
    return this.#isOpen()
  }
  /** Room for more sound. */
  get writable(): boolean {
    return this.#isWritable()
  }
}
