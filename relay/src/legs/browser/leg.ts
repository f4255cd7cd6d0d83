import type { AudioFormat, AudioLeg, Clock, LegEvent, TextLeg } from '../../calls/ports.ts'
import { CLOSE, type EndReason, type FromRelay, type ToRelay } from '../../protocol/index.ts'
import type { MediaSocket } from './socket.ts'

export const BROWSER_INPUT: AudioFormat = { encoding: 'pcm_s16le', sampleRateHz: 16_000, frameMs: 20 }
const BROWSER_OUTPUT: AudioFormat = { encoding: 'pcm_s16le', sampleRateHz: 24_000, frameMs: 20 }

/** The page keeps a cushion against a bad line, so sound is sent this far ahead. */
const LEAD_MS = 300
/** A page answers `clear` within a round trip; one that does not is not waited for. */
const CLEAR_ANSWER_MS = 400
/** What a browser sends when its page goes away; some proxies send it too. */
const GOING_AWAY = 1001

/** The visitor's side in a page: one leg over any number of sockets, each replacing the one before. */
export interface BrowserLeg {
  readonly leg: AudioLeg | TextLeg
  /** Takes a new socket; the older one is told that it was replaced. */
  use(socket: MediaSocket): void
  message(message: ToRelay): void
  audio(bytes: Uint8Array): void
  /** The socket is gone; one that was replaced before means nothing. */
  gone(socket: MediaSocket, code: number): void
  tell(message: FromRelay): void
  /** Says to a new socket what the older ones were told last: state and speaker. */
  repeat(): void
  /** Says to the call that media is there again. */
  attached(): void
}

export function createBrowserLeg(o: {
  modality: 'voice' | 'text'
  clock: Clock
  onToolResult: (id: string, result: unknown) => void
}): BrowserLeg {
  let socket: MediaSocket | undefined
  let listener: ((event: LegEvent) => void) | undefined
  let closed = false
  const clearing = new Map<string, (ms: number | undefined) => void>()
  const emit = (event: LegEvent) => listener?.(event)
  /** The newest of each kind that a page which comes back has to know. */
  const standing = new Map<FromRelay['type'], FromRelay>()
  const tell = (message: FromRelay) => {
    if (message.type === 'state' || message.type === 'speaker') standing.set(message.type, message)
    socket?.tell(message)
  }

  const TAKE: { [Type in ToRelay['type']]?: (message: Extract<ToRelay, { type: Type }>) => void } = {
    text: (message) => emit({ type: 'text', text: message.text }),
    recognised: ({ text, final }) => emit({ type: 'recognised', text, final }),
    dtmf: (message) => emit({ type: 'digits', digits: message.digits }),
    mute: (message) => emit({ type: 'muted', muted: message.muted }),
    interrupt: () => emit({ type: 'interrupt' }),
    context: (message) => emit({ type: 'context', text: message.text }),
    mark: (message) => emit({ type: 'mark', utterance: message.utterance, name: message.name }),
    played: (message) => clearing.get(message.utterance)?.(message.ms),
    'tool-result': (message) => o.onToolResult(message.id, message.result),
    feedback: ({ type, score, issue, comment }) =>
      emit({ type, score, ...(issue === undefined ? {} : { issue }), ...(comment === undefined ? {} : { comment }) }),
    hangup: (message) => emit({ type: 'closed', reason: message.reason ?? 'visitor' }),
  }

  const base = {
    name: 'browser',
    listen(next: (event: LegEvent) => void) {
      listener = next
      return () => {
        if (listener === next) listener = undefined
      }
    },
    close(reason: EndReason) {
      if (closed) return
      closed = true
      for (const settle of [...clearing.values()]) settle(undefined)
      tell({ type: 'ended', reason })
      socket?.close(CLOSE.normal, reason)
    },
  }

  function clear(utterance: string): Promise<number | undefined> {
    if (!socket?.open) return Promise.resolve(undefined)
    clearing.get(utterance)?.(undefined)
    return new Promise((resolve) => {
      const settle = (ms: number | undefined) => {
        cancel()
        clearing.delete(utterance)
        resolve(ms)
      }
      const cancel = o.clock.after(CLEAR_ANSWER_MS, () => settle(undefined))
      clearing.set(utterance, settle)
      tell({ type: 'clear', utterance })
    })
  }

  const aloud: AudioLeg = {
    ...base,
    kind: 'audio',
    input: BROWSER_INPUT,
    output: BROWSER_OUTPUT,
    leadMs: LEAD_MS,
    writable: () => socket?.writable ?? false,
    send: (frame) => socket?.audio(frame),
    mark: (utterance, name) => tell({ type: 'mark', utterance, name }),
    clear,
  }
  // Typed calls: the transcript is what the page shows, so what it says is on its way already.
  const typed: TextLeg = { ...base, kind: 'text', say: () => undefined, clear: () => Promise.resolve(undefined) }

  return {
    leg: o.modality === 'voice' ? aloud : typed,
    use(next) {
      const old = socket
      socket = next
      for (const settle of [...clearing.values()]) settle(undefined)
      // What the old socket still carried is lost with it, so the call goes through `away` as after a cut.
      if (old) emit({ type: 'detached' })
      old?.close(CLOSE.replaced, 'replaced by a newer socket')
    },
    message: (message) => (TAKE[message.type] as ((message: ToRelay) => void) | undefined)?.(message),
    audio(bytes) {
      if (o.modality === 'voice') return emit({ type: 'audio', bytes })
      tell({ type: 'error', code: 'bad_audio', message: 'This call is typed: send text.', retryable: false })
    },
    gone(old, code) {
      if (old !== socket || closed) return
      socket = undefined
      for (const settle of [...clearing.values()]) settle(undefined)
      emit(code === GOING_AWAY ? { type: 'detached', leaving: 'page-close' } : { type: 'detached' })
    },
    tell,
    repeat() {
      for (const message of standing.values()) socket?.tell(message)
    },
    attached: () => emit({ type: 'attached' }),
  }
}
