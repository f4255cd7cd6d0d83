import { randomUUID } from 'node:crypto'
import type { Prompt } from '../responder.ts'
import { createSpeech, type Speech } from '../speech/speech.ts'
import type { World } from '../world.ts'
import { DEFAULT_SETTINGS, type LiveSettings } from './live-settings.ts'
import type { LiveSession } from './session.ts'
import type { SessionRecord } from './session-record.ts'

export type History = readonly Prompt['turns'][number][]

/** What all sessions of the sandbox's Gemini Live share. */
export interface Live {
  readonly world: World
  readonly speech: Speech
  settings: LiveSettings
  /** Newest last; the last 50 stay. */
  readonly records: SessionRecord[]
  readonly open: Set<LiveSession>
  /** Puts a conversation where a later connection finds it; answers the handle. */
  keep(history: History): string
  recall(handle: string): History | undefined
  note(record: SessionRecord): void
  reset(): void
  close(): Promise<void>
}

const KEPT_RECORDS = 50
const KEPT_AUDIO_BYTES = 128 << 20
const KEPT_HANDLES = 2000

export function createLive(world: World): Live {
  const speech = createSpeech()
  const handles = new Map<string, History>()
  const records: SessionRecord[] = []
  const live: Live = {
    world,
    speech,
    settings: DEFAULT_SETTINGS,
    records,
    open: new Set(),
    keep(history) {
      const handle = randomUUID()
      handles.set(handle, history)
      const [oldest] = handles.keys()
      if (handles.size > KEPT_HANDLES && oldest) handles.delete(oldest)
      return handle
    },
    recall: (handle) => handles.get(handle),
    note(record) {
      records.push(record)
      if (records.length > KEPT_RECORDS) records.shift()
      let kept = records.reduce((sum, { audio }) => sum + audio.bytes, 0)
      for (const { audio } of records) {
        if (kept <= KEPT_AUDIO_BYTES) break
        kept -= audio.bytes
        audio.forget()
      }
    },
    reset() {
      this.settings = DEFAULT_SETTINGS
      handles.clear()
      records.length = 0
    },
    async close() {
      for (const session of this.open) session.drop()
      await speech.close()
    },
  }
  world.onReset(() => live.reset())
  return live
}
