import type { Desk } from '../../page.ts'
import type { Agent } from '../agents/agent.ts'

/** Whether nothing was done here yet: nobody called, and no agent was put on a site. For whoever may set things up. */
export async function isFirstRun({ api, session }: Pick<Desk, 'api' | 'session'>): Promise<boolean> {
  if (!session.may('admin')) return false
  const [{ calls }, { agents }] = await Promise.all([
    api.get<{ calls: unknown[] }>('/api/calls', { query: { limit: 1 } }),
    api.get<{ agents: Agent[] }>('/api/agents', { query: { limit: 10 } }),
  ])
  return calls.length === 0 && agents.every(({ allowedOrigins }) => allowedOrigins.length === 0)
}
