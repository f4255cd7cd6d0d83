import type { Limits } from '../access/limits.ts'
import type { Agent } from '../agents/agents.ts'
import type { Persona } from '../agents/persona.ts'
import type { PhoneMenu } from '../agents/phone-menu.ts'
import type { ToolSpec } from '../agents/tool-spec.ts'
import type { Call, LiveCalls } from '../calls/live-calls.ts'
import type { CallLog } from '../calls/ports.ts'
import { LEAD_TOOL, MENU_ENGINE } from '../engines/menu/index.ts'
import { phrasesFor } from '../engines/offline/phrases.ts'
import type { Logger } from '../logger.ts'
import { countedAs } from './number-marks.ts'
import { isOfWords, passLeg } from './phone-leg.ts'

/**
 * A menu for those who dial in. It is a call of its own, whose engine reads keys out; a key joins the caller with a person, or passes the
 * sound or the words to another agent's call in the same session. From then on the menu's call only holds the line, and both end together.
 */

const LEAD: ToolSpec = {
  name: LEAD_TOOL,
  description: 'Leads the caller to whom a key of the menu stands for.',
  parameters: { type: 'object', properties: { digit: { type: 'string' } }, required: ['digit'] },
  kind: 'client',
  timeoutMs: 30_000,
}
/** Callers who say and press nothing are asked whether they are there, then let go. */
const SILENCE_MS = 10_000

/** The agent as the voice of its menu. */
export function menuPersona(persona: Persona, menu: PhoneMenu, language: string): Persona {
  const keyMenu = menu.items.map(({ digit, label }) => ({ digit, label, action: 'say' as const }))
  return {
    ...persona,
    engine: MENU_ENGINE,
    fallbacks: [],
    greeting: `${menu.greeting} ${phrasesFor(language).menu(keyMenu)}`.trim(),
    // Who answers says what it is; the menu is no agent.
    disclosure: '',
    keyMenu,
    tools: [LEAD],
    builtInTools: [],
    limits: { ...persona.limits, silenceMs: SILENCE_MS },
  }
}

export function leadFromMenu(o: {
  call: Call
  agent: Agent
  menu: PhoneMenu
  phoneNumberId: string
  /** Kept with the call that the caller is led to. */
  details: { from: string; to: string }
  calls: Pick<LiveCalls, 'get' | 'list' | 'open' | 'speaksWords'>
  limits: Pick<Limits, 'openCall'>
  log: CallLog
  agentOf: (organisationId: string, id: string) => Promise<Agent | undefined>
  /** Joins the caller with this phone; rejects when nobody may be rung, or the carrier cannot. */
  joinWith: (person: string) => Promise<void>
  /** The caller talks in this call from now on. */
  onLed: (to: Call) => void
  logger: Logger
}): void {
  const { call, log, menu } = o

  async function toAgent(agentId: string): Promise<void> {
    const agent = await o.agentOf(call.organisationId, agentId)
    if (!agent) throw new Error('the menu leads to an agent that is not there')
    const { persona } = agent
    if (isOfWords(call) && !o.calls.speaksWords(persona)) throw new Error('the agent has no engine for words, and no sound comes here')
    const release = await roomFor(agent)
    const line = call.line && { carrier: call.line.carrier, hangUp: () => call.hangUp('agent') }
    const opening = o.calls.open({
      organisationId: call.organisationId,
      agentId: agent.id,
      persona,
      sessionId: call.sessionId,
      modality: 'voice',
      kind: 'phone',
      direction: 'inbound',
      language: call.language,
      variables: {},
      details: o.details,
      ...(line ? { line } : {}),
      phoneNumberId: o.phoneNumberId,
    })
    const led = await opening.finally(release)
    led.feed.listen((event) => event.type === 'ended' && call.hangUp(event.reason))
    call.feed.listen((event) => event.type === 'ended' && led.hangUp(event.reason))
    if (call.endReason) return led.hangUp(call.endReason)
    log.event(led.id, 'menu.from', { callId: call.id })
    call.joined()
    if (!passLeg(call, led)) return led.hangUp('connection')
    o.onLed(led)
  }

  /** Whom it leads to may be busy, and the relay full, as for any call. @throws Problem rate_limited */
  function roomFor({ id, organisationId, persona }: Agent): Promise<() => void> {
    const { callsPerVisitorPerHour, concurrentCalls } = persona.limits
    return o.limits.openCall({
      address: countedAs(o.details.from, call.id),
      agentId: id,
      organisationId,
      perVisitorPerHour: callsPerVisitorPerHour,
      concurrentCalls,
      live: () => {
        const live = o.calls.list()
        return { ofAgent: live.filter(({ agentId }) => agentId === id).length, all: live.length }
      },
    })
  }

  async function lead(digit: unknown): Promise<object> {
    const item = menu.items.find((each) => each.digit === digit)
    if (!item) return { error: 'There is no such key.' }
    log.event(call.id, 'menu.chosen', { digit: item.digit, leadsTo: item.agentId ?? 'person' })
    try {
      if (item.agentId !== undefined) await toAgent(item.agentId)
      else if (item.person !== undefined) await o.joinWith(item.person)
      return { ok: true }
    } catch (error) {
      o.logger.warn({ err: error, callId: call.id }, 'a caller was not led on from the menu')
      return { error: 'Nobody could be reached.' }
    }
  }

  call.feed.listen((event) => {
    if (event.type !== 'tool' || event.name !== LEAD_TOOL) return
    lead(event.arguments.digit)
      .then((result) => call.toolResult(event.id, result))
      .catch((error: unknown) => o.logger.error({ err: error, callId: call.id }, 'a menu was not told what became of a key'))
  })
}
