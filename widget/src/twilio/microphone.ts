/** What the SDK is given as the visitor's voice: the microphone, or silence where there is none, so that they may still listen and type. */
export interface Microphone {
  get(constraints: MediaStreamConstraints): Promise<MediaStream>
  /** True once: there was none, and there is one now. */
  isLate(): boolean
  /** Ends every microphone that was given, and those that the browser gives later: the SDK forgets them when it is gone. */
  close(): void
}

export function openMicrophone(context: AudioContext | undefined): Microphone {
  let silent = false
  const given: MediaStream[] = []
  let closed = false
  return {
    async get(constraints) {
      try {
        const stream = await navigator.mediaDevices.getUserMedia(constraints)
        given.push(stream)
        if (closed) end(given)
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
    close() {
      closed = true
      end(given)
    },
  }
}

function end(streams: MediaStream[]): void {
  for (const track of streams.flatMap((stream) => stream.getTracks())) track.stop()
}
