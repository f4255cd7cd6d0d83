import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import type { Agent, Agents } from '../agents/agents.ts'
import { personalitiesOf, RESPONSE_SPEEDS } from '../agents/manner.ts'
import { mergePatch } from '../agents/merge-patch.ts'
import { Persona } from '../agents/persona.ts'
import { voiceModelOf, voicePatch, voicesFor } from '../agents/voices.ts'
import { writeWav } from '../audio/wav.ts'
import type { LiveCalls } from '../calls/live-calls.ts'
import type { Logger } from '../logger.ts'
import { Id, Problem } from '../protocol/index.ts'
import type { Access } from './access.ts'
import { body, type Endpoint, endpoint, json } from './endpoint.ts'
import { Tone, toneOf } from './tone.ts'
import type { VoiceSamples } from './voice-samples.ts'

/** How an agent sounds and is, in the shapes of the HomeAI guide. */

const READ: Access = { who: 'operator', role: 'viewer', scope: 'agents:read' }
const WRITE: Access = { who: 'operator', role: 'admin', scope: 'agents:write' }
const TRY: Access = { who: 'operator', role: 'operator', scope: 'agents:write' }

/** Beyond this the visitor of a test has long gone. */
const TONE_WITHIN_MS = 10_000

const params = z.object({ id: Id })
const tags = ['agents']
const LanguageTag = z.string().min(2).max(35)

const VoiceView = z.object({
  agent_id: z.string(),
  agent_name: z.string(),
  current_settings: z.object({
    voice_model: z.string(),
    personality_type: z.string(),
    response_speed: z.enum(RESPONSE_SPEEDS),
    language: z.string(),
    conversation_style: z.string(),
  }),
  available_voices: z.array(z.object({ id: z.string(), name: z.string(), accent: z.string() })),
  personality_options: z.array(z.object({ id: z.string(), name: z.string(), description: z.string() })),
  /** Whether the relay has an account for HomeAI. */
  homeai_status: z.enum(['connected', 'not_configured']),
})
const VoiceChange = z.object({
  voice_model: z.string().min(1).max(80).optional(),
  personality_type: z.string().min(1).max(40).optional(),
  conversation_style: z.string().max(200).optional(),
  response_speed: z.enum(RESPONSE_SPEEDS).optional(),
  /** The language it greets in; it goes first among the agent's. */
  language: LanguageTag.optional(),
})
const VoiceChanged = z.object({
  message: z.string(),
  homeai_persona_id: z.string(),
  voice_model: z.string(),
  personality_type: z.string(),
})
/** With settings to be heard before they are chosen. */
const VoiceTest = VoiceChange.extend({ test_message: z.string().trim().min(1).max(500).default('Hello, how do I sound?') })
const VoiceTested = z.object({
  test_successful: z.literal(true),
  agent_response: z.string(),
  /** Plays for five minutes, for whoever has it. */
  voice_url: z.url(),
  /** In the model's own words; missing when no model of the agent says. */
  personality_detected: Tone.optional(),
  /** From the message to the first sound of the answer, as measured. */
  response_time_ms: z.int().nonnegative(),
})

const show = createRoute({
  method: 'get',
  path: '/api/agents/management/{id}/voice',
  tags,
  summary: 'How an agent sounds and is, and what it could be',
  request: { params },
  responses: { 200: json('Its settings and the choices.', VoiceView) },
})
const change = createRoute({
  method: 'post',
  path: '/api/agents/management/{id}/voice',
  tags,
  summary: 'Change an agent’s voice, personality, style, response speed or language',
  request: { params, body: body(VoiceChange) },
  responses: { 200: json('As it is now.', VoiceChanged) },
})
const test = createRoute({
  method: 'post',
  path: '/api/agents/management/{id}/voice/test',
  tags,
  summary: 'Hear what the agent answers, in its voice, without a call',
  request: { params, body: { ...body(VoiceTest), required: false } },
  responses: { 200: json('What it said, and where it can be heard.', VoiceTested) },
})

export function agentVoiceRoutes(o: {
  agents: Agents
  calls: Pick<LiveCalls, 'rehearse' | 'askForTool'>
  samples: VoiceSamples
  /** Where this very relay is found by whoever asked over `host`. */
  url: (host: string | undefined) => string
  homeAi: () => boolean
  logger: Logger
}): Endpoint[] {
  const { agents, calls } = o
  const found = async (organisationId: string, id: string): Promise<Agent> => {
    const agent = await agents.get(organisationId, id)
    if (!agent) throw unknown()
    return agent
  }

  return [
    endpoint(READ, show, async (c) => {
      const { id, persona } = await found(c.get('principal').organisationId, c.req.valid('param').id)
      const { manner } = persona
      return c.json(
        {
          agent_id: id,
          agent_name: persona.name,
          current_settings: {
            voice_model: voiceModelOf(persona),
            personality_type: manner.personality,
            response_speed: manner.responseSpeed,
            language: persona.languages[0] ?? 'en',
            conversation_style: manner.style,
          },
          available_voices: voicesFor(persona),
          personality_options: personalitiesOf(manner).map(({ description, id: option, name }) => ({ id: option, name, description })),
          homeai_status: o.homeAi() ? ('connected' as const) : ('not_configured' as const),
        },
        200,
      )
    }),
    endpoint(WRITE, change, async (c) => {
      const { organisationId } = c.get('principal')
      const given = c.req.valid('json')
      const before = await found(organisationId, c.req.valid('param').id)
      const agent = await agents.patch(organisationId, before.id, patchOf(before, given))
      if (!agent) throw unknown()
      return c.json(
        {
          message: 'Voice configuration updated successfully',
          homeai_persona_id: `persona_${agent.id}`,
          voice_model: voiceModelOf(agent.persona),
          personality_type: agent.persona.manner.personality,
        },
        200,
      )
    }),
    endpoint(TRY, test, async (c) => {
      const agent = await found(c.get('principal').organisationId, c.req.valid('param').id)
      const { signal } = c.req.raw
      // An absent body reaches here as {}: defaults are the schema's.
      const { test_message: asked, ...tried } = VoiceTest.parse(c.req.valid('json'))
      const persona = triedOn(agent, tried)
      const answer = await calls.rehearse(persona, asked, signal).catch((error: unknown) => {
        o.logger.warn({ err: error }, 'an agent could not be rehearsed')
        throw new Problem(
          'provider_unavailable',
          'The agent gave no answer: its engines cannot be reached or are not set up. See Settings, Status.',
        )
      })
      const tone = await toneOf(calls, persona, answer.text, AbortSignal.any([signal, AbortSignal.timeout(TONE_WITHIN_MS)]))
      const { bytes, sampleRateHz } = answer.sound
      const wav = writeWav({ encoding: 'pcm_s16le', channels: 1, sampleRateHz, data: bytes })
      return c.json(
        {
          test_successful: true as const,
          agent_response: answer.text,
          voice_url: `${o.url(c.req.header('host'))}${o.samples.keep(wav)}`,
          ...(tone ? { personality_detected: tone } : {}),
          response_time_ms: answer.firstSoundMs,
        },
        200,
      )
    }),
  ]
}

/** The agent as it would be, with nothing stored. @throws Problem invalid_request */
function triedOn(agent: Agent, tried: z.infer<typeof VoiceChange>): Persona {
  const read = Persona.safeParse(mergePatch(agent.persona, patchOf(agent, tried)))
  if (!read.success) throw new Problem('invalid_request', 'These settings do not fit the agent.')
  return read.data
}

/** The guide's fields as a merge patch of the agent. @throws Problem invalid_request */
function patchOf({ persona }: Agent, given: z.infer<typeof VoiceChange>): Record<string, unknown> {
  const { conversation_style: style, language, personality_type: personality, response_speed: responseSpeed, voice_model: model } = given
  const voice = model === undefined ? undefined : voicePatch(persona, model)
  if (model !== undefined && !voice) throw unfit('voice_model', `must be one of ${idsOf(voicesFor(persona))}`)
  const personalities = personalitiesOf(persona.manner)
  if (personality !== undefined && !personalities.some(({ id }) => id === personality))
    throw unfit('personality_type', `must be one of ${idsOf(personalities)}`)
  const manner = Object.fromEntries(Object.entries({ personality, responseSpeed, style }).filter(([, value]) => value !== undefined))
  return {
    ...(voice ? { voice } : {}),
    ...(Object.keys(manner).length === 0 ? {} : { manner }),
    ...(language === undefined ? {} : { languages: [...new Set([language, ...persona.languages])] }),
  }
}

const idsOf = (all: readonly { id: string }[]) => all.map(({ id }) => id).join(', ')
const unfit = (path: string, message: string) => new Problem('invalid_request', `${path}: ${message}`, { errors: [{ path, message }] })
const unknown = () => new Problem('not_found', 'There is no agent with this id.')
