import type { Trouble } from './trouble.ts'

export interface MicrophoneEvents {
  /** 20 ms of PCM16LE, mono, 16 kHz: 640 bytes in a buffer of its own. `atMs`: its first sample on the context's clock. */
  frame(pcm: ArrayBuffer, atMs: number): void
  /** RMS of what is sent, 0 to 1, some ten times a second. */
  level(level: number): void
  /**
   * silent: nothing but zeros for two seconds while not muted. system-muted: the system holds the track back. lost: the track ended
   * and no other device works. frozen: the context stands and has to be rebuilt. back: sound again.
   */
  trouble(what: Trouble | 'back'): void
  /** At the start and whenever devices come or go. */
  devices(inputs: MediaDeviceInfo[], currentId: string | undefined): void
}

export interface Microphone {
  /** Muted, the stream stays and zeros are sent. */
  setMuted(muted: boolean): void
  /** Another device, by its id. False: it cannot be had, and the one before goes on. */
  setDevice(id: string): Promise<boolean>
  /** The call's context was rebuilt: go on in this one. Rejects when that cannot be; the one before goes on. */
  use(context: AudioContext): Promise<void>
  stop(): void
}
