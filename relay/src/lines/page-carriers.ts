import type { Agent } from '../agents/agents.ts'
import type { HouseNumber, NumberBook } from '../agents/house-number.ts'
import type { PageDoor } from '../carriers/house.ts'
import type { Logger } from '../logger.ts'
import { Problem } from '../protocol/index.ts'

/** Who carries a page's sound, where it is not to come over our own socket. */
export interface PageCarriers {
  /** @throws Problem provider_unavailable; the log tells the operators what to set */
  of(agent: Agent, transport: string): Promise<{ door: PageDoor; number: HouseNumber }>
  door(carrier: string): PageDoor | undefined
}

export function createPageCarriers(o: {
  numbers: NumberBook
  door: (carrier: string) => PageDoor | undefined
  logger: Logger
}): PageCarriers {
  return {
    door: o.door,
    async of(agent, transport) {
      const door = o.door(transport)
      const number = await o.numbers.forCall({ organisationId: agent.organisationId, agentId: agent.id, carrier: transport })
      const lacks = number && door?.lacks(number)
      if (door && number && lacks === undefined) return { door, number }
      o.logger.error(
        { agentId: agent.id, transport },
        `no page can be carried over ${transport}: set ${lacks ?? `a number of ${transport}`}`,
      )
      throw new Problem('provider_unavailable', `This relay is not set up to carry page calls over ${transport}. Use transport: relay.`)
    },
  }
}
