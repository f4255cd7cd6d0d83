/** Moves the orb's size after the level, only while something moves and somebody can see it. */
export class Meter {
  #orb: HTMLElement | null = null
  #target = 0
  #now = 0
  #frame = 0

  attach(orb: HTMLElement | null): void {
    this.#orb = orb
    orb?.style.setProperty('--level', this.#now.toFixed(3))
  }

  /** 0 to 1, as loud as it sounds. */
  set(level: number): void {
    // Speech is mostly far below full scale; the root makes quiet words visible.
    this.#target = Math.min(1, Math.sqrt(level) * 1.7)
    if (!this.#frame && this.#orb && document.visibilityState !== 'hidden') this.#frame = requestAnimationFrame(this.#move)
  }

  #move = (): void => {
    this.#now += (this.#target - this.#now) * (this.#target > this.#now ? 0.35 : 0.14)
    if (this.#target === 0 && this.#now < 0.004) this.#now = 0
    this.#orb?.style.setProperty('--level', this.#now.toFixed(3))
    const moves = Math.abs(this.#target - this.#now) > 0.004
    this.#frame = moves && this.#orb?.isConnected ? requestAnimationFrame(this.#move) : 0
  }
}
