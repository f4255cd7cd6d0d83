import { z } from 'zod'

/** How the sandbox's Gemini Live behaves; tests change it while it runs (`POST /sandbox/gemini-live/settings`). */
export const LiveSettings = z.strictObject({
  /** How many times faster than real time an answer's audio is sent; 0: at once. */
  pace: z.number().min(0).max(1000),
  chunkMs: z.int().min(10).max(1000),
  /** Before the first audio of an answer. */
  firstAudioMs: z.int().min(0).max(60_000),
  /** Which frames are binary; mixed: every second one. */
  binary: z.enum(['always', 'never', 'mixed']),
  /** The turn is complete when its audio would have been played, not when it was sent. */
  waitForPlayback: z.boolean(),
  /** Keep what clients send, so that tests can compare. */
  keepAudio: z.boolean(),
  keepAudioMs: z.int().min(0).max(3_600_000),
  /** What becomes of `clientContent` on 3.x models where it is not the initial history. */
  clientContent: z.enum(['refuse', 'ignore']),
})
export type LiveSettings = z.infer<typeof LiveSettings>

export const DEFAULT_SETTINGS: LiveSettings = {
  pace: 4,
  chunkMs: 40,
  firstAudioMs: 80,
  binary: 'mixed',
  waitForPlayback: true,
  keepAudio: true,
  keepAudioMs: 300_000,
  clientContent: 'refuse',
}
