import { MediaSocket } from '../../call/media-socket.ts'
import { openSound, type Sound } from '../../element/sound-door.ts'
import { constraintsFor, type Microphone, openMicrophone, refusalOf } from '../../microphone/index.ts'
import { Player } from '../../sound/player.ts'
import { type Recognition, startRecognition } from '../../voice/recognition.ts'
import { CannotJoin } from './cannot-join.ts'

/** The operator's own ear and voice in one call: a socket of section 5's language, the visitor's worklets, nothing of the screen. */

export type LineRole = 'listen' | 'takeover'
export interface LineEvents {
  /** Standing, or away for a moment and being brought back. */
  standing(is: 'open' | 'away'): void
  /** 0 to 1 each, some ten times a second. */
  levels(levels: { visitor: number; agent: number }): void
  /** It will not come back by itself. */
  gone(why: 'over' | 'refused' | 'replaced' | 'lost'): void
  /** The browser holds sound back until somebody clicks. */
  blocked(blocked: boolean): void
}

const SOURCE_HZ = 24_000
/** The relay gives a call back after a few seconds: coming back later is no use. */
const RESUME_MS = 5000

/** Sound and microphone as they were opened inside the click. */
export interface OpenedSound {
  sound: Sound
  stream: MediaStream | undefined
}

/**
 * Opens the loudspeaker and, for speaking, the microphone. Call it inside the click, before anything is awaited.
 * @throws MicrophoneRefused when there is none; the loudspeaker is closed again
 */
export async function openForCall(role: LineRole): Promise<OpenedSound> {
  const sound = openSound()
  if (role === 'listen') return { sound, stream: undefined }
  try {
    if (!navigator.mediaDevices?.getUserMedia) throw new DOMException('', 'NotSupportedError')
    return { sound, stream: await navigator.mediaDevices.getUserMedia(constraintsFor()) }
  } catch (error) {
    closeSound({ sound, stream: undefined })
    throw new MicrophoneRefused(await refusalOf(error, window))
  }
}

const REFUSALS: Record<string, string> = {
  denied: 'The microphone is blocked for this site. Click the lock beside the address, allow it, then take over again.',
  dismissed: 'The browser’s question about the microphone was closed. Take over again and allow it.',
  missing: 'No microphone was found. Plug one in, or take over by your phone.',
  busy: 'Another program holds the microphone. Close it there, then take over again.',
  policy: 'This page may not use the microphone. Open the console on the relay’s own address.',
  insecure: 'Browsers give the microphone only to pages over https. Open the console there.',
}

class MicrophoneRefused extends CannotJoin {
  constructor(why: string) {
    super(REFUSALS[why] ?? 'The microphone cannot be had here. Take over by your phone instead.')
    this.name = 'MicrophoneRefused'
  }
}

export function closeSound({ sound, stream }: OpenedSound): void {
  for (const track of stream?.getTracks() ?? []) track.stop()
  if (sound.context.state !== 'closed') void sound.context.close()
}

/** Something that hears and, after a takeover, speaks. */
export interface OperatorLine {
  setMuted(muted: boolean): void
  /** Sends no more sound, while the call is being given back. */
  rest(isResting: boolean): void
  /** For typed calls. */
  write(text: string): void
  /** Inside a click: lets held-back sound through. */
  wake(): void
  close(): void
}

/** Joins by the relay's own socket. `opened` is the line's from here on; without it the call is a typed one. */
export async function joinBySocket(o: {
  url: string
  opened: OpenedSound | undefined
  language: string
  on: LineEvents
}): Promise<OperatorLine> {
  const player = o.opened && new Player({ sound: o.opened.sound, sourceHz: SOURCE_HZ, on: playerEvents(o.on) })
  let isClosed = false
  /** How loud the operator is, who then stands where the agent stood. */
  let self = 0
  let isResting = false
  let microphone: Microphone | undefined
  let recognition: Recognition | undefined
  const socket = new MediaSocket({
    url: o.url,
    resumeMs: RESUME_MS,
    on: {
      message(message) {
        const told = message as { type: string; visitor?: number; agent?: number }
        if (told.type === 'ready') o.on.standing('open')
        else if (told.type === 'levels') o.on.levels({ visitor: told.visitor ?? 0, agent: microphone ? self : (told.agent ?? 0) })
        else if (told.type === 'ended') o.on.gone('over')
      },
      audio: (pcm) => player?.play(pcm),
      away: () => o.on.standing('away'),
      gone: (why) => o.on.gone(why),
    },
  })
  const close = () => {
    isClosed = true
    socket.close()
    microphone?.stop()
    recognition?.stop()
    if (o.opened) closeSound(o.opened)
    player?.close()
  }
  try {
    await player?.start({ volume: 1 })
    if (o.opened?.stream && !isClosed) {
      microphone = await openMicrophone({
        context: o.opened.sound.context,
        stream: o.opened.stream,
        muted: false,
        on: {
          frame: (pcm) => isResting || socket.sound(pcm),
          level: (level) => (self = level),
          trouble: () => undefined,
          devices: () => undefined,
        },
      })
      if (isClosed) microphone.stop()
      // What the operator says is written down where their own browser understands it.
      void startRecognition({
        mode: 'on-device',
        language: o.language,
        muted: false,
        heard: (text, final) => socket.send({ type: 'recognised', text, final }),
        failed: () => undefined,
      }).then(
        (started) => {
          recognition = started
          if (isClosed) recognition?.stop()
        },
        () => undefined,
      )
    }
  } catch (error) {
    close()
    throw error
  }
  return {
    setMuted(muted) {
      microphone?.setMuted(muted)
      recognition?.setMuted(muted)
    },
    rest(resting) {
      isResting = resting
    },
    write: (text) => socket.send({ type: 'text', text }),
    wake: () => player?.wake(),
    close,
  }
}

const playerEvents = (on: LineEvents) => ({
  reached: () => undefined,
  level: () => undefined,
  sounding: () => undefined,
  blocked: (blocked: boolean) => on.blocked(blocked),
  broken: () => on.gone('lost'),
})
