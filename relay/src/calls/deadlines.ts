import type { CallState } from './states.ts'
import type { TakeoverTimes } from './takeover/states.ts'

export interface CallTimes {
  firstConnectMs: number
  /** A phone that rings longer is taken for one whose carrier forgot to say so. */
  ringMs?: number
  /** A phone that was taken up brings its sound within this. */
  mediaMs?: number
  resumeMs: number
  /** The same for a far end that said it goes. */
  leavingMs: number
  /** The most that last words may take. */
  goodbyeMs: number
  /** An engine that takes longer to close is left alone. */
  engineCloseMs: number
  takeover: TakeoverTimes
}

/** How long a call may stay in this state. */
export function deadlineOf(state: CallState, times: Omit<CallTimes, 'takeover'>): number | undefined {
  switch (state.stage) {
    case 'waiting':
      return times.firstConnectMs
    case 'ringing':
      return times.ringMs ?? times.firstConnectMs
    case 'answered':
      return times.mediaMs ?? times.firstConnectMs
    case 'away':
      return state.leaving ? times.leavingMs : times.resumeMs
    case 'ending':
      return times.goodbyeMs
    case 'joined':
    case 'live':
    case 'over':
      return undefined
  }
}
