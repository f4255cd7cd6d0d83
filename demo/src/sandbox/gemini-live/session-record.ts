import { KeptAudio } from '../speech/kept-audio.ts'
import type { Setup } from './client-frames.ts'

/** What tests may see of one connection. All `…Ms` count from `openedAt`. */
export interface SessionRecord {
  readonly id: string
  readonly openedAt: string
  readonly apiVersion: string
  readonly audio: KeptAudio
  model?: string
  setup?: Setup
  /** The handle it came with, and how many turns it brought back. */
  resumed?: { handle: string; turns: number }
  newestHandle?: string
  readyMs?: number
  firstAudioMs?: number
  /** Typed words, by `realtimeInput.text` or `clientContent`. */
  texts: { atMs: number; text: string; by: 'realtimeInput' | 'clientContent' }[]
  /** `detectorMs`: how much of the speech had come when it was taken for speech. */
  speech: { begunMs: number; detectorMs: number; endedMs?: number; voicedMs?: number }[]
  transcriptions: { atMs: number; text: string; known: boolean; distance?: number; voice?: string }[]
  answers: {
    begunMs: number
    firstAudioMs?: number
    generatedMs?: number
    completeMs?: number
    interruptedMs?: number
    text: string
    audioMs: number
  }[]
  toolCalls: { atMs: number; id: string; name: string; args: Record<string, unknown>; cancelledMs?: number }[]
  toolResponses: { atMs: number; id?: string; name?: string; response?: Record<string, unknown>; expected: boolean }[]
  /** Orders that this session met: picked at `atMs`; those amid an answer took effect at `metMs`. */
  faults: { atMs: number; kind: string; metMs?: number }[]
  usage: { promptTokenCount: number; responseTokenCount: number; totalTokenCount: number }
  framesIn: number
  closed?: { atMs: number; code: number; reason: string; by: 'client' | 'sandbox' }
}

export function newRecord(id: string, apiVersion: string): SessionRecord {
  return {
    id,
    openedAt: new Date().toISOString(),
    apiVersion,
    audio: new KeptAudio(),
    texts: [],
    speech: [],
    transcriptions: [],
    answers: [],
    toolCalls: [],
    toolResponses: [],
    faults: [],
    usage: { promptTokenCount: 0, responseTokenCount: 0, totalTokenCount: 0 },
    framesIn: 0,
  }
}

/** The record as JSON: the audio by its figures only. */
export function shown({ audio, ...record }: SessionRecord): object {
  return { ...record, audio: { bytes: audio.total, rateHz: audio.rateHz } }
}
