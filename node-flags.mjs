/**
 * How V8 compiles and collects garbage beside live sound, measured by `npm run bench hot`: with its defaults 200 calls keep it marking the whole heap
 * nearly all the time (their sockets' buffers count as pressure), and helpers of the collector stand in the sound's way.
 */
export const SOUND_FLAGS = [
  '--single-threaded-gc',
  // Young garbage fits into the processor's cache, and each pause is a few ms.
  '--min-semi-space-size=8',
  '--max-semi-space-size=8',
  // The old heap is collected when it has grown to four times what lives in it, and not for buffers that come and go.
  '--external-memory-accounted-in-global-limit',
  '--no-memory-reducer',
  '--heap-growing-percent=300',
  // What words and marks pass, a few times a second and call, is compiled after seconds of talk, and not after minutes.
  '--invocation-count-for-maglev=100',
  '--invocation-count-for-turbofan=600',
  '--minimum-invocations-after-ic-update=100',
  // A frame passes so much code that its pages of 4 kB do not fit into the processor's table of them; where the system has none larger, nothing changes.
  '--use-largepages=silent',
]
