import { DOMParser, type Element, onErrorStopParsing } from '@xmldom/xmldom'
import fc from 'fast-check'
import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import {
  conferenceTwiml,
  dialTwiml,
  digitsTwiml,
  hangUpTwiml,
  playTwiml,
  rejectTwiml,
  relayTwiml,
  sayTwiml,
  seconds,
  streamTwiml,
} from './twiml.ts'

interface Verb {
  name: string
  attributes: Record<string, string>
  children: (Verb | string)[]
}

/** Read by a strict reader: what is not well-formed throws. */
function read(xml: string): Verb {
  const root = new DOMParser({ onError: onErrorStopParsing }).parseFromString(xml, 'text/xml').documentElement
  if (!root) throw new Error('no document')
  return verb(root)
}

function verb(element: Element): Verb {
  return {
    name: element.nodeName,
    attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
    children: [...element.childNodes].map((child) => (child.nodeType === 1 ? verb(child as Element) : (child.nodeValue ?? ''))),
  }
}

/** The same made by Twilio's own package. */
const theirs = (make: (response: InstanceType<typeof twilio.twiml.VoiceResponse>) => void) => {
  const response = new twilio.twiml.VoiceResponse()
  make(response)
  return read(response.toString())
}

const URL = 'wss://relay.example/api/telephony/ws/p_1/abc?x=1&y="2"'
const ACTION = 'https://relay.example/api/calls/dial-action?call=c_1&t=<x>'
const WORDS = 'Tea & "cake" <for> two, Zoë’s 🎂'

describe('TwiML is what Twilio’s own package makes', () => {
  it('sound to our socket, and hang up after it', () => {
    const made = streamTwiml({ url: URL, parameters: { call: 'c_1', 'a"b': WORDS }, statusCallback: ACTION })
    const wanted = theirs((response) => {
      const stream = response.connect().stream({ url: URL, statusCallback: ACTION, statusCallbackMethod: 'POST' })
      stream.parameter({ name: 'call', value: 'c_1' })
      stream.parameter({ name: 'a"b', value: WORDS })
      response.hangup()
    })
    expect(read(made)).toEqual(wanted)
    expect(read(streamTwiml({ url: URL }))).toEqual(
      theirs((response) => {
        response.connect().stream({ url: URL })
        response.hangup()
      }),
    )
  })

  it('a conference, asked about afterwards or hung up', () => {
    const o = { name: 'a&b', status: ACTION, label: 'caller', endsIt: true }
    const wanted = (afterwards?: string) =>
      theirs((response) => {
        const noun = {
          participantLabel: 'caller',
          beep: 'false' as const,
          startConferenceOnEnter: true,
          endConferenceOnExit: true,
          statusCallback: ACTION,
          statusCallbackEvent: ['start' as const, 'end' as const, 'join' as const, 'leave' as const],
          statusCallbackMethod: 'POST',
        }
        response.dial().conference(noun, 'a&b')
        if (afterwards) response.redirect({ method: 'POST' }, afterwards)
        else response.hangup()
      })
    expect(read(conferenceTwiml(o))).toEqual(wanted())
    expect(read(conferenceTwiml({ ...o, afterwards: ACTION }))).toEqual(wanted(ACTION))
  })

  it('words to our socket', () => {
    const made = relayTwiml({
      url: URL,
      action: ACTION,
      attributes: { welcomeGreeting: WORDS, ttsProvider: 'Google', dtmfDetection: true },
      languages: [{ code: 'hi-IN', voice: 'v' }],
      parameters: { call: 'c_1' },
    })
    const wanted = theirs((response) => {
      const relay = response.connect({ action: ACTION, method: 'POST' }).conversationRelay({
        url: URL,
        welcomeGreeting: WORDS,
        ttsProvider: 'Google',
        dtmfDetection: true,
      })
      relay.language({ code: 'hi-IN', voice: 'v' })
      relay.parameter({ name: 'call', value: 'c_1' })
    })
    expect(read(made)).toEqual(wanted)
    // Their package writes some of them in small letters, which Twilio does not read.
    const spelled = relayTwiml({ url: URL, action: ACTION, attributes: { backgroundNoiseReduction: true, speechTimeout: 'auto' } })
    expect(spelled).toContain('backgroundNoiseReduction="true" speechTimeout="auto"')
  })

  it('another phone', () => {
    const order = { number: '+12025550102', callerId: '+12025550101', action: ACTION, answerWithinMs: 25_000 }
    expect(read(dialTwiml(order))).toEqual(
      theirs((response) => {
        response
          .dial({ action: ACTION, method: 'POST', timeout: 25, callerId: '+12025550101', answerOnBridge: true })
          .number('+12025550102')
      }),
    )
    const more = {
      ...order,
      say: { words: WORDS, language: 'en-GB' },
      maxDurationMs: 600_500,
      record: { callback: ACTION },
      status: ACTION,
    }
    expect(read(dialTwiml(more))).toEqual(
      theirs((response) => {
        response.say({ language: 'en-GB' }, WORDS)
        response
          .dial({
            action: ACTION,
            method: 'POST',
            timeout: 25,
            callerId: '+12025550101',
            answerOnBridge: true,
            timeLimit: 601,
            record: 'record-from-answer-dual',
            recordingStatusCallback: ACTION,
            recordingStatusCallbackMethod: 'POST',
          })
          .number(
            {
              statusCallback: ACTION,
              statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
              statusCallbackMethod: 'POST',
            },
            '+12025550102',
          )
      }),
    )
  })

  it('words, keys, and endings', () => {
    expect(read(sayTwiml(WORDS, 'en-GB'))).toEqual(
      theirs((response) => {
        response.say({ language: 'en-GB' }, WORDS)
        response.hangup()
      }),
    )
    expect(read(playTwiml('https://relay.example/a.wav?x=1&y=2'))).toEqual(
      theirs((response) => {
        response.play('https://relay.example/a.wav?x=1&y=2')
        response.hangup()
      }),
    )
    expect(read(digitsTwiml('1w2#', ACTION))).toEqual(
      theirs((response) => {
        response.play({ digits: '1w2#' })
        response.redirect({ method: 'POST' }, ACTION)
      }),
    )
    expect(read(rejectTwiml('busy'))).toEqual(theirs((response) => response.reject({ reason: 'busy' })))
    expect(read(hangUpTwiml())).toEqual(theirs((response) => response.hangup()))
  })

  it('Twilio’s whole seconds, none of them zero', () => {
    expect([0, 1, 1000, 1001, 59_999].map(seconds)).toEqual([1, 1, 1, 2, 60])
  })
})

describe('whatever somebody writes', () => {
  const anything = fc.string({ unit: 'binary', maxLength: 60 })
  /** XML cannot hold some characters at all. */
  const held = (content: string) =>
    [...content].filter((each) => /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]$/u.test(each)).join('')

  it('is said as it is and never becomes a verb or an attribute', () => {
    fc.assert(
      fc.property(
        fc.oneof(anything, fc.constantFrom('</Say><Dial>+1900</Dial>', '"/><Hangup/>', ']]>', '&#60;', '<!--', 'half \ud83d a pair')),
        (content) => {
          const said = read(sayTwiml(content))
          expect(said.children.map((child) => (typeof child === 'string' ? child : child.name))).toEqual(['Say', 'Hangup'])
          const [say] = said.children as Verb[]
          expect(say?.children.join('')).toBe(held(content))
          const stream = read(streamTwiml({ url: content, parameters: { [content]: content } })).children[0] as Verb
          expect(stream.children).toEqual([
            {
              name: 'Stream',
              attributes: { url: held(content) },
              children: [{ name: 'Parameter', attributes: { name: held(content), value: held(content) }, children: [] }],
            },
          ])
        },
      ),
      { numRuns: 1000 },
    )
  })
})
