import { expect, test } from 'vitest'
import { firstNameOf } from './operator-names.ts'

test.each([
  ['asha.rao+work@shop.example', 'Asha'],
  ['BEN@shop.example', 'BEN'],
  ['élodie_m@shop.example', 'Élodie'],
  ['आशा@shop.example', 'आशा'],
  ['admin@shop.example', 'Operator'],
  ['j.doe@shop.example', 'Operator'],
  ['42@shop.example', 'Operator'],
  ['', 'Operator'],
])('%s is called %s', (email, name) => {
  expect(firstNameOf(email)).toBe(name)
})
