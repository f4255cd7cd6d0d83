import type { EndReason } from '@voice-agent/relay/protocol'
import type { Inside } from '../element/inside.ts'
import type { ConversationListener } from './conversation.ts'
import type { DeskMemory } from './desk-view.ts'
import { wordsOf } from './fault.ts'
import type { Gone } from './media-socket.ts'
import type { Talk } from './talk.ts'
import type { Transcript } from './transcript.ts'
import type { VisitorVoice } from './visitor-voice.ts'

interface AroundConversation {
  inside: Inside
  memory: DeskMemory
  voice: VisitorVoice
  transcript: Transcript
  /** The conversation that is listened to. */
  self(): Talk
  /** It is still the desk's own. */
  mine(): boolean
  /** Tells the page of a fault. */
  tell(code: string): void
  ended(reason: EndReason, gone: Gone | undefined): void
}

/** What the desk makes of what a conversation tells. */
export function listenerOf(desk: AroundConversation): ConversationListener {
  const { inside, memory, voice, transcript, self, mine } = desk
  const { emit, setState, update, say } = inside
  /** What was answered, by the question's id; nothing yet while it is being answered. */
  const answers = new Map<string, unknown>()
  return {
    state: (state) => {
      if (mine()) setState(state)
    },
    entry: (entry) => {
      transcript.put(self().callId, entry)
      if (!mine()) transcript.settle(self().callId)
      if (entry.role === 'visitor') voice.wrote()
      emit('va-transcript', { entry })
      update()
    },
    tool: (use) => {
      const send = (result: unknown) => {
        answers.set(use.id, result)
        self().send({ type: 'tool-result', id: use.id, result })
      }
      // After a lost connection the relay asks again: nothing in the page runs twice.
      if (answers.has(use.id)) {
        if (answers.get(use.id) !== undefined) send(answers.get(use.id))
        return
      }
      answers.set(use.id, undefined)
      // Few agents have tools in the page.
      import('./client-tools.ts').then(
        ({ answerTool }) => answerTool(inside, use, send),
        () => send({ error: 'The page could not load what answers.' }),
      )
    },
    speaker: (who, name) => {
      // The agent's first words are no news; its return after a person is.
      const before = memory.person
      memory.person = who === 'agent' ? '' : (name ?? say('speaker.someone'))
      if (before || memory.person) memory.notice = say(`speaker.${who}`, { name: memory.person })
      update()
    },
    level: (level) => voice.level(undefined, level),
    sounding: (atMs) => performance.mark('va:first-sound', { startTime: Math.max(0, atMs) }),
    blocked: (blocked) => {
      memory.blocked = blocked
      if (blocked) desk.tell('autoplay_blocked')
      update()
    },
    fault: (code, message, retryable) => emit('va-error', { code, message: message || wordsOf(inside, code), retryable }),
    rebuilt: (context) => voice.now?.room.use(context),
    ended: (reason, gone) => {
      if (mine()) desk.ended(reason, gone)
    },
  }
}
