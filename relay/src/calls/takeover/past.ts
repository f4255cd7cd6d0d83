import type { EndedBy, TakeoverRecord } from '../../protocol/index.ts'

/** The takeovers of a call that is over, from its book. What was erased says only when it was. */
export function takeoversOf(events: readonly { type: string; at: string; payload?: Record<string, unknown> }[]): TakeoverRecord[] {
  const takeovers: TakeoverRecord[] = []
  for (const { at, payload = {}, type } of events) {
    if (type === 'takeover.began') {
      const { by, name } = payload
      takeovers.push({ by: wordOf(by), name: wordOf(name), ...only(payload, 'reason'), ...only(payload, 'notes'), startedAt: at })
    }
    const last = takeovers.at(-1)
    if (type !== 'takeover.ended' || !last || last.endedAt) continue
    Object.assign(last, { endedAt: at, ...only(payload, 'briefing'), ...(isEnd(payload.endedBy) ? { endedBy: payload.endedBy } : {}) })
  }
  return takeovers
}

const wordOf = (value: unknown) => (typeof value === 'string' ? value : '')
const only = (payload: Record<string, unknown>, name: 'reason' | 'notes' | 'briefing') =>
  typeof payload[name] === 'string' ? { [name]: payload[name] } : {}
const ENDS: readonly unknown[] = ['operator', 'connection', 'call'] satisfies EndedBy[]
const isEnd = (value: unknown): value is EndedBy => ENDS.includes(value)
