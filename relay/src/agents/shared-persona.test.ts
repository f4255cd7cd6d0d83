import { expect, test } from 'vitest'
import { paced } from './pace.ts'
import { readPersona } from './shared-persona.ts'

const stored = () => ({
  name: 'Mia',
  knowledge: { text: [{ title: 'Hours', body: 'Open from nine to five.' }] },
  manner: { responseSpeed: 'fast' },
})

test('what is stored alike is one object for all calls, and so is what it is paced to', () => {
  const persona = readPersona(stored())
  expect(persona).toMatchObject({ name: 'Mia', languages: ['en'], knowledge: { text: [{ title: 'Hours' }], questions: [] } })
  expect(readPersona(stored())).toBe(persona)
  expect(paced(readPersona(stored()))).toBe(paced(persona))
  expect(readPersona({ ...stored(), name: 'Ada' })).toMatchObject({ name: 'Ada' })
})

test('no call can change what the others are told', () => {
  const persona = readPersona(stored())
  expect(() => Object.assign(persona.knowledge.text[0] ?? {}, { body: 'Closed.' })).toThrow(TypeError)
  expect(() => persona.languages.push('fr')).toThrow(TypeError)
})

test('what does not fit is refused', () => {
  expect(() => readPersona({ name: '' })).toThrow()
})
