import type { EndReason, Entry, PublicAgent } from '@voice-agent/relay/protocol'
import type { Desk, Inside } from '../element/inside.ts'
import { clock } from '../panel/pieces.ts'
import { speech } from '../panel/stage.ts'
import type { PanelView, Scene } from '../panel/view.ts'
import type { StringKey } from '../strings/index.ts'
import type { VoiceView } from '../voice/voice-view.ts'
import { isRetryable, wordsOf } from './fault.ts'

/** What the desk knows and the panel shows. */
export interface DeskMemory {
  agent: PublicAgent | undefined
  callId: string | undefined
  sessionId: string | undefined
  muted: boolean
  volume: number
  /** The terms are being asked; `text` is what the visitor wrote before. */
  gate: { text: string | undefined } | undefined
  /** Code of what went wrong last, or nothing. */
  problem: string
  /** When trying again makes sense (wall time), 0 for now. */
  retryAt: number
  endReason: EndReason
  lastedMs: number
  textCall: boolean
  blocked: boolean
  notice: string
  /** The person of the team who speaks in the agent's place, or nothing. */
  person: string
  keypad: PanelView['keypad']
  termsShown: PanelView['termsShown']
  volumeShown: boolean
  /** When the panel opened, on the clock of events. */
  openedAt: number
  /** The pointer moved since: what it happens to lie on need not explain itself before. */
  stirred: boolean
}

/** The desk as the panel uses it. */
export interface BehindPanel extends Desk {
  /** The loudspeaker that was chosen. */
  readonly output: string | undefined
  consent(accepted: boolean, clickedAt: number): void
  wake(): void
}

export const freshMemory = (muted: boolean): DeskMemory => ({
  agent: undefined,
  callId: undefined,
  sessionId: undefined,
  muted,
  volume: 1,
  gate: undefined,
  problem: '',
  retryAt: 0,
  endReason: 'visitor',
  lastedMs: 0,
  textCall: false,
  notice: '',
  person: '',
  blocked: false,
  keypad: undefined,
  volumeShown: false,
  termsShown: undefined,
  openedAt: 0,
  stirred: false,
})

interface Now {
  starting: boolean
  lines: readonly Entry[]
  durationMs: number
  desk: BehindPanel
  voice: VoiceView | undefined
  phone: PanelView['phone']
}

export function panelView(inside: Inside, memory: DeskMemory, now: Now): PanelView {
  const { element, say } = inside
  const scene = sceneOf(inside, memory, now.starting)
  const textCall = element.textOnly || (memory.textCall && scene === 'call')
  return {
    ...memory,
    say,
    orb: inside.orb,
    clock,
    scene,
    state: element.state,
    starting: now.starting,
    language: inside.language(),
    inline: element.variant === 'inline',
    textCall,
    speech: speech({ agent: memory.agent, textCall, say }),
    lines: now.lines,
    durationMs: now.durationMs,
    reason: scene === 'error' ? wordsOf(inside, memory.problem) : say(`ended.${memory.endReason}` as StringKey),
    wayOn: problemOf(memory),
    blocked: memory.blocked && scene === 'call',
    voice: now.voice,
    phone: now.phone,
    do: actions(inside, memory, now.desk),
  }
}

function sceneOf(inside: Inside, memory: DeskMemory, starting: boolean): Scene {
  const { element } = inside
  if (memory.gate) return 'consent'
  if (starting || inside.isLive()) return 'call'
  return element.state === 'error' ? 'error' : element.state === 'ended' ? 'ended' : 'idle'
}

const DOUBLE_CLICK_MS = 600

/** Without sound the visitor can still write. */
const WRITING_HELPS = /^(unsup|sound)/

const problemOf = ({ problem, retryAt }: DeskMemory) => ({
  canRetry: isRetryable(problem),
  canWrite: WRITING_HELPS.test(problem),
  waitS: Math.max(0, Math.ceil((retryAt - Date.now()) / 1000)),
})

function actions(inside: Inside, memory: DeskMemory, desk: BehindPanel): PanelView['do'] {
  const { element, update } = inside
  const change = (part: Partial<DeskMemory>) => {
    Object.assign(memory, part)
    update()
  }
  return {
    start: (event) => void desk.start({ sound: inside.openSound, clickedAt: event.timeStamp }),
    callMe: () => void desk.phone.show(),
    write: (text) => {
      if (inside.isLive()) desk.sendText(text)
      else void desk.start({ text })
    },
    accept: (event) => desk.consent(true, event.timeStamp),
    decline: () => desk.consent(false, 0),
    // The button comes to lie where the launcher was: the second half of a double click must not hang up.
    end: ({ detail, timeStamp }) => {
      if (detail === 0 || timeStamp - memory.openedAt > DOUBLE_CLICK_MS) void desk.end('visitor')
    },
    stir: () => {
      if (!memory.stirred) change({ stirred: true })
    },
    interrupt: () => void desk.interrupt(),
    allowSound: () => desk.wake(),
    press: (key) => void desk.sendDigits(key),
    toggleKeypad: () => {
      if (memory.keypad) return change({ keypad: undefined })
      import('../panel/keypad.ts').then(
        ({ keypad, prepareKeypad }) => {
          prepareKeypad(inside)
          change({ keypad })
        },
        () => {},
      )
    },
    toggleVolume: () => change({ volumeShown: !memory.volumeShown }),
    setVolume: (volume) => void desk.setVolume(volume),
    setLanguage: (tag) => {
      element.language = tag
    },
    back: () => {
      memory.problem = ''
      inside.setState('idle')
    },
    close: () => inside.setOpen(false),
  }
}
