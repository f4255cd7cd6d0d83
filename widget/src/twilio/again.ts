import type { ProblemBody } from '@voice-agent/relay/protocol'

/** Asking the relay until it answers: most of what goes wrong on the way is over in a moment. */

const FIRST_PAUSE_MS = 400
const LONGEST_PAUSE_MS = 1_600
/** Too early, too much, or still at work: it may be asked again. */
const NOT_NOW = [408, 409, 425, 429]

export interface Asking<Words> {
  ask(): Promise<Response>
  /** Rejects when the answer makes no sense: a proxy's page, say. */
  read(answer: Response): Words | Promise<Words>
  withinMs: number
  signal: AbortSignal
  time?: Time
}
export interface Time {
  nowMs(): number
  /** Shorter when the signal says so; nothing is left of it then. */
  pause(ms: number, signal: AbortSignal): Promise<void>
}
export type Outcome<Words> =
  | { is: 'answered'; words: Words }
  | { is: 'refused'; code: string; detail: string; retryable: boolean }
  | { is: 'stopped' }

type Tried<Words> = Outcome<Words> & { pauseMs?: number }

/** Waits as long as the relay asks for, and longer each time where it does not say. Never rejects. */
export async function askAgain<Words>(o: Asking<Words>): Promise<Outcome<Words>> {
  const { signal, time = REAL_TIME } = o
  const untilMs = time.nowMs() + o.withinMs
  for (let leastMs = FIRST_PAUSE_MS; !signal.aborted; leastMs = Math.min(2 * leastMs, LONGEST_PAUSE_MS)) {
    const { pauseMs, ...tried } = await once(o)
    if (pauseMs === undefined) return tried
    const waitMs = Math.max(pauseMs, leastMs)
    if (time.nowMs() + waitMs > untilMs) return tried
    await time.pause(waitMs, signal)
  }
  return { is: 'stopped' }
}

async function once<Words>({ ask, read }: Asking<Words>): Promise<Tried<Words>> {
  let answer: Response
  try {
    answer = await ask()
    if (answer.ok) return { is: 'answered', words: await read(answer) }
  } catch {
    return { is: 'refused', code: 'network', detail: '', retryable: true, pauseMs: 0 }
  }
  const problem = (await answer.json().catch(() => undefined)) as (Partial<ProblemBody> & { retryAfterMs?: number }) | undefined
  const pauseMs = problem?.retryAfterMs ?? (Number(answer.headers.get('Retry-After')) || 0) * 1000
  const retryable = answer.status >= 500 || NOT_NOW.includes(answer.status)
  const refused = { is: 'refused', code: problem?.code ?? 'internal', detail: problem?.detail ?? '', retryable } as const
  return retryable ? { ...refused, pauseMs } : refused
}

export const REAL_TIME: Time = {
  nowMs: () => performance.now(),
  pause: (ms, signal) =>
    new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', go)
        resolve()
      }
      const timer = setTimeout(go, signal.aborted ? 0 : ms)
      signal.addEventListener('abort', go)
    }),
}
