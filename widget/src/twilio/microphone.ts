/** What the SDK is given as the visitor's voice: the microphone, or silence where there is none, so that they may still listen and type. */
export interface Microphone {
  get(constraints: MediaStreamConstraints): Promise<MediaStream>
  /** True once: there was none, and there is one now. */
  isLate(): boolean
}

export function openMicrophone(context: AudioContext | undefined): Microphone {
  let silent = false
  return {
    async get(constraints) {
      try {
        const stream = await navigator.mediaDevices.getUserMedia(constraints)
        silent = false
        return stream
      } catch (error) {
        if (!context) throw error
        silent = true
        return context.createMediaStreamDestination().stream
      }
    },
    isLate() {
      const late = silent
      silent = false
      return late
    },
  }
}
