import { describe, expect, it } from 'vitest'
import { FLITE_VOICES } from '../engines/flite/synthesise.ts'
import { mergePatch } from './merge-patch.ts'
import { Persona } from './persona.ts'
import { voiceModelOf, voicePatch, voicesFor } from './voices.ts'

const agent = (more: object = {}) => Persona.parse({ name: 'Asha', ...more })
const given = (persona: Persona, model: string) => Persona.parse(mergePatch(persona, { voice: voicePatch(persona, model) ?? {} }))

describe('the voices of an agent', () => {
  it('are all of the house’s speaker, and Gemini’s where the agent may speak by it', () => {
    const plain = agent()
    expect(FLITE_VOICES.map((name) => voiceModelOf({ ...plain, voice: { ...plain.voice, name } })).toSorted()).toEqual(
      voicesFor(plain)
        .map(({ id }) => id)
        .toSorted(),
    )
    expect(voicesFor(plain).map(({ id }) => id)).toContain('en-US-male-1')
    expect(voicesFor(plain).map(({ id }) => id)).not.toContain('Kore')
    expect(voicesFor(agent({ engine: 'gemini-live' })).map(({ id }) => id)).toContain('Kore')
  })

  it('are read back as they were set, whichever it is', () => {
    for (const engine of ['offline', 'gemini-live']) {
      const persona = agent({ engine, voice: { live: 'Puck', speed: 1.2 } })
      for (const { id } of voicesFor(persona)) {
        const changed = given(persona, id)
        expect([engine, voiceModelOf(changed)]).toEqual([engine, id])
        expect(changed.voice.speed).toBe(1.2)
      }
    }
    expect(voiceModelOf(given(agent(), 'rms'))).toBe('en-US-male-1')
  })

  it('of somebody else cannot be set, and are shown as they are', () => {
    expect(voicePatch(agent(), 'Kore')).toBeUndefined()
    expect(voicePatch(agent(), 'Rachel')).toBeUndefined()
    expect(voiceModelOf(agent({ voice: { name: 'Rachel' } }))).toBe('Rachel')
  })
})
