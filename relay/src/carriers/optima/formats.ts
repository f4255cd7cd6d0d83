import type { OptimaVersion } from './config.ts'
import type { OptimaAudio } from './wire.ts'

/** A call's sound on the wire, where a piece of it does not say what it is. */
export interface Formats {
  /** What we send. */
  readonly goes: OptimaAudio
  readonly comes: OptimaAudio
}

/** What is ours to choose: what comes only where a placement asks for it, what goes also where each piece says what it is. */
const CHOSEN: Readonly<Record<OptimaVersion, Readonly<Record<'outbound' | 'inbound', 'both' | 'goes' | 'none'>>>> = {
  '1.0.3': { outbound: 'goes', inbound: 'goes' },
  '1.0.5': { outbound: 'both', inbound: 'goes' },
  '1.0.5-ws': { outbound: 'both', inbound: 'none' },
}

/** @param wanted what the house has set */
export function formatsOf(o: { version: OptimaVersion; direction: 'outbound' | 'inbound' }, wanted: OptimaAudio): Formats {
  const chosen = CHOSEN[o.version][o.direction]
  return { goes: chosen === 'none' ? 'pcm16' : wanted, comes: chosen === 'both' ? wanted : 'pcm16' }
}
