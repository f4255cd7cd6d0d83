import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readTwiml, TwimlError } from './twiml.ts'

const refusal = (xml: string): number | undefined => {
  try {
    readTwiml(xml)
    return undefined
  } catch (error) {
    if (error instanceof TwimlError) return error.code
    throw error
  }
}

test.each([
  ['', 12_100],
  ['hello', 12_100],
  ['<Response>', 12_100],
  ['<Response></Respons>', 12_100],
  ['<Response/><Response/>', 12_100],
  ['<Response><Say>&nothing;</Say></Response>', 12_100],
  ['<response/>', 12_200],
  ['<Response>words</Response>', 12_200],
  ['<Response><say>small</say></Response>', 12_200],
  ['<Response><Pause length="x"/></Response>', 12_200],
  ['<Response><Connect/></Response>', 12_200],
  ['<Response><Connect><Stream/></Connect></Response>', 12_200],
  ['<Response><Redirect/></Response>', 12_200],
  ['<Response><Reject reason="no"/></Response>', 12_200],
  ['<Response><Dial><Sip>sip:a@b</Sip></Dial></Response>', 12_200],
  ['<Response><Dial><Conference/></Dial></Response>', 12_200],
  ['<Response><Dial><Conference statusCallbackEvent="begin">room</Conference></Dial></Response>', 12_200],
])('refuses %j', (xml, code) => {
  expect(refusal(xml)).toBe(code)
})

test('reads prologue, comments, CDATA and attributes it does not know', () => {
  const xml = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- hi --><Response><Say unknown="1"><![CDATA[a < b]]> &amp; c</Say></Response>\n'
  expect(readTwiml(xml)).toMatchObject([{ verb: 'Say', text: 'a < b & c' }])
})

test('whatever it is given, it reads it or refuses it as Twilio would', () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '/',
    'Response',
    'Say',
    'Connect',
    'Stream',
    'Pause',
    ' ',
    '"',
    '=',
    'url',
    '&',
    '<!DOCTYPE x>',
    '<![CDATA[',
    ']]>',
    'é',
    '\u0000',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((pieces) => pieces.join('')),
        fc.array(piece).map((pieces) => `<Response>${pieces.join('')}</Response>`),
      ),
      (xml) => {
        expect([undefined, 12_100, 12_200]).toContain(refusal(xml))
      },
    ),
    { numRuns: 2000 },
  )
})
