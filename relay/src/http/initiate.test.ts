import { describe, expect, it } from 'vitest'
import { Persona } from '../agents/persona.ts'
import { adjusted } from './initiate.ts'

const persona = Persona.parse({
  name: 'Asha',
  greeting: 'Hello.',
  voice: { speed: 1.2, live: 'Puck' },
  manner: { style: 'calm', personalities: [{ id: 'night-desk', name: 'Night desk', instructions: 'Whisper.' }] },
})
const agent = { id: 'a', organisationId: 'o', createdAt: new Date(0), updatedAt: new Date(0), persona }
const asked = (agentSettings: { voice?: string; formality?: string; speed?: number }, more: { firstMessage?: string } = {}) =>
  adjusted(agent, { phoneNumber: '+12025550101', purpose: 'service', consent: false, agentSettings, ...more }).persona

describe('the agent of one call', () => {
  it.each([
    [
      'the guide’s own settings',
      { voice: 'professional', formality: 'professional', speed: 1 },
      { personality: 'professional', voice: 'slt', speed: 1 },
    ],
    ['a voice by its name', { voice: 'en-US-male-1' }, { personality: 'friendly', voice: 'rms', speed: 1.2 }],
    [
      'a personality of its own, formality first',
      { voice: 'supportive', formality: 'night-desk' },
      { personality: 'night-desk', voice: 'slt', speed: 1.2 },
    ],
    ['words that it does not know', { voice: 'velvet', formality: 'rude' }, { personality: 'friendly', voice: 'slt', speed: 1.2 }],
  ])('has %s', (_, settings, expected) => {
    const { manner, voice } = asked(settings)
    expect({ personality: manner.personality, voice: voice.name, speed: voice.speed }).toEqual(expected)
    expect(manner.style).toBe('calm')
  })

  it('begins as it is told to, and the agent itself stays as it was', () => {
    expect(asked({}, { firstMessage: 'Your order is here.' }).greeting).toBe('Your order is here.')
    expect(asked({})).toEqual(persona)
    expect(persona.manner.personality).toBe('friendly')
  })
})
