import type { Hearing } from './playback.ts'
import type { Clock, TextLeg } from './ports.ts'
import type { Speech, SpeechEvents } from './speech.ts'

/** An utterance that the far end speaks itself: words go out, and what was heard of them is what it says. */
export function createFarSpeech(o: { leg: TextLeg; utterance: string; clock: Clock; events: SpeechEvents }): Speech {
  const { clock, events, leg, utterance } = o
  let text = ''
  /** Letters heard, and how many of them the far end does not count: it was given the rest anew. */
  let heard = 0
  let before = 0
  let ended = false
  let over = false
  let begunMs: number | undefined

  const hearing = (): Hearing => ({
    text: text.slice(0, heard).trim(),
    ms: begunMs === undefined ? 0 : Math.round(clock.monotonicMs() - begunMs),
  })
  function heardUpTo(told: string | undefined) {
    if (told !== undefined) heard = Math.min(text.length, Math.max(heard, before + told.length))
  }
  function heardWhole() {
    over = true
    heard = text.length
    events.onHeard(hearing())
  }

  return {
    write(piece) {
      if (over || ended || piece === '') return
      text += piece
      leg.say(piece, utterance, false)
      if (begunMs !== undefined) return
      begunMs = clock.monotonicMs()
      events.onBegun()
    },
    end() {
      if (over || ended) return
      ended = true
      if (text.trim() === '') heardWhole()
      else leg.say('', utterance, true)
    },
    played(told, whole) {
      if (over) return
      heardUpTo(told)
      events.onWords(hearing().text)
      if (whole && ended) heardWhole()
    },
    async cut() {
      over = true
      heardUpTo(await leg.clear(utterance))
      return hearing()
    },
    close() {
      over = true
      return hearing()
    },
    async back() {
      const told = await leg.clear(utterance)
      if (over) return
      heardUpTo(told)
      before = heard
      const rest = text.slice(heard)
      if (rest.trim() !== '') leg.say(rest, utterance, false)
      else if (ended) return heardWhole()
      if (ended) leg.say('', utterance, true)
    },
    // Who speaks itself also falls silent and goes on by itself, and keeps what it was given while its socket is away no better than we do.
    hold: () => Promise.resolve(),
    release: () => undefined,
    away: () => undefined,
    sound: () => undefined,
    mark: () => undefined,
  }
}
