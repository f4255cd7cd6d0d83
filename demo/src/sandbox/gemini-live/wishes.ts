import type { VoiceName } from '../speech/speech.ts'
import { type Detection, type Setup, textOf } from './client-frames.ts'

/** What a setup asks for, in the sandbox's words. */
export interface Wishes {
  system: string
  /** Names of the functions that may be called. */
  tools: string[]
  voice: VoiceName
  detection: Detection
  /** The client finds speech itself, and says so. */
  manual: boolean
  interruptible: boolean
  /** The first `clientContent` is what was said before. */
  seeding: boolean
}

/** Flite's voices by their own names, and some of Google's that are not the default. */
const VOICES: Record<string, VoiceName> = { slt: 'slt', rms: 'rms', awb: 'awb', kal: 'kal', Puck: 'rms', Charon: 'kal', Fenrir: 'awb' }

export function wishesOf(setup: Setup): Wishes {
  const detection = setup.realtimeInputConfig?.automaticActivityDetection ?? {}
  return {
    system: textOf(setup.systemInstruction),
    tools: (setup.tools ?? []).flatMap((tool) => (tool.functionDeclarations ?? []).map((each) => each.name)),
    voice: VOICES[setup.generationConfig?.speechConfig?.voiceConfig?.prebuiltVoiceConfig?.voiceName ?? ''] ?? 'slt',
    detection,
    manual: detection.disabled === true,
    interruptible: setup.realtimeInputConfig?.activityHandling !== 'NO_INTERRUPTION',
    seeding: setup.historyConfig?.initialHistoryInClientContent === true,
  }
}
