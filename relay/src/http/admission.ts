import { originAllowed } from '../access/origins.ts'
import type { VisitorTokens } from '../access/visitor-tokens.ts'
import type { Agent } from '../agents/agents.ts'
import { Problem } from '../protocol/index.ts'

/** Which visitors an agent admits: asked by every route that a page may use to begin something. */

/** @throws Problem forbidden_origin */
export function admitOrigin(agent: Agent, origin: string | undefined, own: readonly string[]): void {
  if (originAllowed({ origin, reading: false, allowed: agent.persona.allowedOrigins, own })) return
  const detail = origin
    ? `The agent does not admit pages of ${origin.slice(0, 200)}: add it to the agent’s allowed origins.`
    : 'Calls are opened by pages: the Origin header is missing.'
  throw new Problem('forbidden_origin', detail)
}

/** Whether an operator tries the agent out in the console, whose pages need not be on the agent's list. */
export async function isTrial(
  tokens: VisitorTokens,
  agent: Agent,
  o: { visitorToken: string | undefined; origin: string | undefined; consoleOrigins: readonly string[] },
): Promise<boolean> {
  if (o.visitorToken === undefined || o.origin === undefined || !o.consoleOrigins.includes(o.origin)) return false
  const vouched = await tokens.check(o.visitorToken, agent).catch(() => undefined)
  return vouched?.trial === true
}

/**
 * A private agent wants its owner's word for the visitor; ids that a page says by itself grant nothing.
 * @throws Problem unauthorized, forbidden
 */
export async function admitVisitor(
  tokens: VisitorTokens,
  agent: Agent,
  request: { visitorToken?: string | undefined; userId?: string | undefined },
): Promise<{ userId?: string; verified: boolean }> {
  const said = request.userId === undefined ? {} : { userId: request.userId }
  if (request.visitorToken === undefined) {
    if (agent.persona.visibility === 'private')
      throw new Problem('unauthorized', 'This agent wants a visitor token from its owner’s server.')
    return { ...said, verified: false }
  }
  const vouched = await tokens.check(request.visitorToken, agent)
  if (vouched.userId === undefined) return { ...said, verified: false }
  if (request.userId !== undefined && request.userId !== vouched.userId) {
    throw new Problem('forbidden', 'The visitor token is for another user.')
  }
  return { userId: vouched.userId, verified: true }
}
