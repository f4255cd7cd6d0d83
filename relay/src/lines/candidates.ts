import type { Agent } from '../agents/agents.ts'
import type { HouseNumber, NumberBook } from '../agents/house-number.ts'
import type { CarrierTable } from './register.ts'

/** A number that can ring for an agent. */
export interface Candidate {
  readonly number: HouseNumber
  /** Over a carrier that brings no sound the agent is rung too: at this number of ours. */
  readonly answersAt?: HouseNumber
}

export interface Candidates {
  /**
   * In the order in which they are asked; whoever names a carrier or a number gets no other. `firstNumberId`: where nobody does, this one is asked first,
   * and then the carriers that agent or number name. `why`: what the first that was looked at lacks.
   */
  of(
    agent: Agent,
    wanted: { carrier?: string; phoneNumberId?: string; firstNumberId?: string },
  ): Promise<{ candidates: Candidate[]; why: string }>
}

const NO_SOUND = 'brings no sound: import a number at a carrier that does, where the agent can answer, or name a person to ring'

/** What is missing where nothing was found. */
function missing({ carriers, phoneNumberId }: { carriers: readonly (string | undefined)[]; phoneNumberId: string | undefined }): string {
  const at = carriers.filter((carrier) => carrier !== undefined).join(' or ')
  if (phoneNumberId !== undefined) return `no number of yours ${at && `at ${at} `}that is switched on has this id: see /api/phone-numbers`
  return `there is no number ${at ? `at ${at} ` : ''}that rings: add one under /api/phone-numbers, or set a carrier’s variables`
}

export const personOf = ({ persona: { phone } }: Agent) => (phone.answeredBy === 'person' ? phone.person : undefined)

/** Which numbers ring for whom. */
export function createCandidates({ carriers, numbers }: { carriers: Pick<CarrierTable, 'abilities'>; numbers: NumberBook }): Candidates {
  /** Undefined when nobody could talk over it. */
  async function candidate(agent: Agent, number: HouseNumber): Promise<Candidate | undefined> {
    if (carriers.abilities(number.provider)?.streams || personOf(agent) !== undefined) return { number }
    const { answersAt: phoneNumberId } = agent.persona.phone
    const answersAt = await numbers.forAnswer({
      organisationId: agent.organisationId,
      agentId: agent.id,
      ...(phoneNumberId ? { phoneNumberId } : {}),
    })
    return answersAt && { number, answersAt }
  }

  return {
    async of(agent, { carrier, firstNumberId, phoneNumberId }) {
      const { phone } = agent.persona
      const wantsOne = carrier !== undefined || phoneNumberId !== undefined
      const numberAt = (at: string | undefined, id = phoneNumberId) =>
        numbers.forCall({
          organisationId: agent.organisationId,
          agentId: agent.id,
          ...(at === undefined ? {} : { carrier: at }),
          ...(id === undefined ? {} : { phoneNumberId: id }),
        })
      const given = wantsOne || firstNumberId === undefined ? undefined : await numberAt(undefined, firstNumberId)
      const own = wantsOne ? [carrier] : (phone.carriers ?? [phone.carrier])
      const first = given ?? (await numberAt(own[0]))
      // What the number says counts where the agent says nothing.
      const order = wantsOne || phone.carriers ? own : [...own, ...(first?.carriers ?? [])]
      const next = given ? order.filter((at) => at !== undefined && at !== given.provider) : order.slice(1)
      const found = [first, ...(await Promise.all(next.map((at) => numberAt(at))))]
      const places = (number: HouseNumber | undefined) => number !== undefined && (carriers.abilities(number.provider)?.places ?? false)
      const able = found.filter((number) => number !== undefined && places(number)) as HouseNumber[]
      const unique = able.filter((number, place) => able.findIndex(({ id }) => id === number.id) === place)
      const candidates = (await Promise.all(unique.map((number) => candidate(agent, number)))).filter((each) => each !== undefined)
      return { candidates, why: unique[0] ? `${unique[0].provider} ${NO_SOUND}` : missing({ carriers: order, phoneNumberId }) }
    },
  }
}
