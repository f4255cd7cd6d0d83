import type { Operator } from './operator.ts'
import { openCall, Visitor } from './visitor.ts'

/** Many typed calls that live at once, each with a record of its own of what it was told: what whoever watches them must see, too. */
export interface ManyCalls {
  readonly visitors: readonly Visitor[]
  readonly ids: readonly string[]
  /** Everybody asks something and is answered; resolves when all were. */
  talk(question: string): Promise<void>
  /** The numbers of a call's transcript messages, in the order in which its own page got them. */
  recorded(id: string): number[]
  hangUp(): Promise<void>
  leave(): void
}

/** An agent that so many calls may be opened with from one address. */
export async function agentForMany(desk: Operator, origins: readonly string[]): Promise<string> {
  const { body, status } = await desk.ask<{ agent: { id: string } }>('POST', '/api/agents', {
    name: 'Many at once',
    modes: ['talk'],
    allowedOrigins: origins,
    limits: { callsPerVisitorPerHour: 1000, concurrentCalls: 100 },
  })
  if (status !== 201) throw new Error(`the agent answered ${status}: ${JSON.stringify(body)}`)
  return body.agent.id
}

export async function openMany(url: string, agentId: string, count: number): Promise<ManyCalls> {
  const visitors = await Promise.all(
    Array.from({ length: count }, async () => {
      const { body, status } = await openCall(url, { agentId, modality: 'text' })
      if (status !== 201) throw new Error(`opening a call answered ${status}: ${JSON.stringify(body)}`)
      const visitor = await new Visitor(body).connect()
      await visitor.seen('ready')
      return visitor
    }),
  )
  const known = new Map(visitors.map((visitor) => [visitor.opened.callId, visitor]))
  return {
    visitors,
    ids: [...known.keys()],
    async talk(question) {
      await Promise.all(visitors.map((visitor) => visitor.question(question)))
    },
    recorded: (id) => (known.get(id)?.messages ?? []).flatMap((message) => (message.type === 'transcript' ? [message.seq] : [])),
    async hangUp() {
      await Promise.all(visitors.map((visitor) => visitor.hangUp()))
    },
    leave() {
      for (const visitor of visitors) visitor.leave()
    },
  }
}
