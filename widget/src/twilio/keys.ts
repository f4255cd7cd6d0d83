/**
 * Keys as tones of the sound. A browser forgets the tones that it has not played when it is given the next ones, and the SDK hands over
 * every run at once: so each run waits here until the one before was heard.
 */

/** As the SDK plays them: a tone and the gap after it, and the pause that `w` stands for. */
const TONE_MS = 230
const PAUSE_MS = 500

export interface Keys {
  press(digits: string): void
  stop(): void
}

export function openKeys(play: (tones: string) => void): Keys {
  let waiting = ''
  let busy: ReturnType<typeof setTimeout> | undefined

  function next(): void {
    const [run = ''] = /^(w|[^w]+)/.exec(waiting) ?? []
    waiting = waiting.slice(run.length)
    busy = undefined
    if (!run) return
    if (run !== 'w') play(run)
    busy = setTimeout(next, run === 'w' ? PAUSE_MS : run.length * TONE_MS)
  }

  return {
    press(digits) {
      waiting += digits
      if (busy === undefined) next()
    },
    stop() {
      waiting = ''
      clearTimeout(busy)
    },
  }
}
