import type { CallbackAccepted } from '@voice-agent/relay/protocol'
import type { TabMemory } from '../element/tab-memory.ts'

/** A call as it is found again after the page was loaded anew. The number is not written down. */
export interface KeptCall {
  accepted: CallbackAccepted
  /** Tells the number from others. */
  hash: string
  /** Its end, as people recognise it. */
  tail: string
  scheduleAt?: string | undefined
  /** The panel stood open. */
  open: boolean
}

/** Keeps it from now on, as it stands when the page is left. Returns how to forget it. */
export function keepCall(memory: TabMemory, call: () => KeptCall): () => void {
  const keep = () => memory.write(JSON.stringify(call()))
  addEventListener('pagehide', keep)
  keep()
  return () => {
    removeEventListener('pagehide', keep)
    memory.write()
  }
}

/** Undefined when nothing was kept, or something else. */
export function keptCall(memory: TabMemory): KeptCall | undefined {
  try {
    const { accepted, hash = '', tail = '', scheduleAt, open }: Partial<KeptCall> = JSON.parse(memory.read() ?? '{}')
    const whole = [accepted?.callId, accepted?.sessionId, accepted?.callUrl, accepted?.eventsUrl].every((each) => typeof each === 'string')
    return accepted && whole ? { accepted, hash: `${hash}`, tail: `${tail}`, scheduleAt, open: open === true } : undefined
  } catch {
    return undefined
  }
}
