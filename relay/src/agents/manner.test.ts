import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUILT_IN_PERSONALITIES, Manner, personalitiesOf, personalityOf } from './manner.ts'
import { paced } from './pace.ts'
import { Persona } from './persona.ts'

const own = { id: 'night-desk', name: 'Night desk', description: '', instructions: 'Whisper.' }

describe('an agent’s manner', () => {
  it('is friendly until the owner says otherwise', () => {
    expect(Persona.parse({ name: 'Asha' }).manner).toEqual({
      personality: 'friendly',
      style: '',
      responseSpeed: 'normal',
      personalities: [],
      objections: [],
    })
  })

  it('has the guide’s personalities, and the owner’s own before them, one of which may stand for a built-in', () => {
    expect(BUILT_IN_PERSONALITIES.map(({ id }) => id)).toEqual(['friendly', 'professional', 'persuasive', 'supportive', 'custom'])
    const ids = personalitiesOf({ personalities: [own, { ...own, id: 'friendly' }] }).map(({ id }) => id)
    expect(ids).toEqual(['night-desk', 'friendly', 'professional', 'persuasive', 'supportive', 'custom'])
    expect(personalityOf({ personality: 'friendly', personalities: [{ ...own, id: 'friendly' }] })?.instructions).toBe('Whisper.')
  })

  it('cannot be a personality that nobody wrote, nor two of one name', () => {
    const faults = (raw: object) => Manner.safeParse(raw).error?.issues.map(({ path }) => path.join('.'))
    expect(faults({ personality: 'night-desk' })).toEqual(['personality'])
    expect(faults({ personality: 'night-desk', personalities: [own] })).toBeUndefined()
    expect(faults({ personalities: [own, own] })).toEqual(['personalities'])
    expect(faults({ responseSpeed: 'hasty' })).toEqual(['responseSpeed'])
  })
})

describe('a response speed', () => {
  const persona = (responseSpeed: string, more: object = {}) => Persona.parse({ name: 'Asha', manner: { responseSpeed }, ...more })

  it('decides how soon silence ends a turn, how soon speech takes the word, and how fast the voice is', () => {
    const of = (speed: string) => {
      const { turns, voice } = paced(persona(speed))
      return [turns.endSilenceMs, turns.takeWordMs, voice.speed]
    }
    expect(of('fast')).toEqual([420, 400, 1.1])
    expect(of('normal')).toEqual([700, 500, 1])
    expect(of('slow')).toEqual([1120, 600, 0.92])
  })

  it('is over what the owner set, never below what is still a pause unless the owner wants that', () => {
    expect(paced(persona('fast', { turns: { endSilenceMs: 500 } })).turns.endSilenceMs).toBe(350)
    expect(paced(persona('fast', { turns: { endSilenceMs: 220 } })).turns.endSilenceMs).toBe(220)
    expect(paced(persona('fast', { voice: { speed: 2 } })).voice.speed).toBe(2)
  })

  it('orders agents that are alike otherwise: faster is never later, whatever the owner set', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 5000 }), fc.double({ min: 0.5, max: 2, noNaN: true }), (endSilenceMs, speed) => {
        const [fast, normal, slow] = ['fast', 'normal', 'slow'].map((each) =>
          paced(persona(each, { turns: { endSilenceMs }, voice: { speed } })),
        )
        if (!fast || !normal || !slow) throw new Error('three speeds')
        expect(fast.turns.endSilenceMs).toBeLessThanOrEqual(normal.turns.endSilenceMs)
        expect(normal.turns.endSilenceMs).toBeLessThanOrEqual(slow.turns.endSilenceMs)
        expect(slow.voice.speed).toBeLessThanOrEqual(fast.voice.speed)
      }),
    )
  })
})
