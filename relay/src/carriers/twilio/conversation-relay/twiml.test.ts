import { DOMParser, type Element, onErrorStopParsing } from '@xmldom/xmldom'
import fc from 'fast-check'
import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import { RelaySettings } from '../../conversation-relay-settings.ts'
import { TELNYX_RELAY, TWILIO_RELAY } from './dialect.ts'
import { greetsItself, sessionTwiml, withRegion } from './twiml.ts'

type Given = Parameters<typeof sessionTwiml>[0]
const make = (more: Partial<Given> = {}) =>
  sessionTwiml({
    dialect: TWILIO_RELAY,
    url: 'wss://relay.example/api/calls/websocket/t',
    action: 'https://relay.example/api/calls/relay-action/c',
    turns: { interruptible: true },
    language: 'en',
    settings: [],
    parameters: { callId: 'c' },
    ...more,
  })
const read = (xml: string) => {
  const root = new DOMParser({ onError: onErrorStopParsing }).parseFromString(xml, 'text/xml').documentElement
  const relay = root?.getElementsByTagName('ConversationRelay')[0]
  const of = (element: Element) => Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]))
  const children = [...(relay?.childNodes ?? [])].map((child) => ({ is: child.nodeName, ...of(child as Element) }))
  return { attributes: relay ? of(relay) : {}, children }
}
const settings = (given: unknown) => RelaySettings.parse(given)

describe('the TwiML of a session', () => {
  it('is what Twilio’s own package makes of the same', () => {
    const response = new twilio.twiml.VoiceResponse()
    const relay = response.connect({ action: 'https://relay.example/api/calls/relay-action/c', method: 'POST' }).conversationRelay({
      language: 'hi-IN',
      dtmfDetection: true,
      preemptible: true,
      interruptible: 'any',
      welcomeGreeting: 'नमस्ते & "hello"',
      ttsProvider: 'ElevenLabs',
      voice: 'EXAMPLEVOICE-0.9_0.6_0.4',
      events: 'speaker-events tokens-played config-updated',
      url: 'wss://relay.example/api/calls/websocket/t',
    } as Parameters<ReturnType<typeof response.connect>['conversationRelay']>[0])
    relay.language({ code: 'en-IN', ttsProvider: 'Google' })
    relay.parameter({ name: 'callId', value: 'c' })
    const made = make({
      language: 'hi',
      greeting: 'नमस्ते & "hello"',
      settings: [
        settings({
          attributes: { ttsProvider: 'ElevenLabs', voice: 'EXAMPLEVOICE-0.9_0.6_0.4', events: 'config-updated' },
          languages: [{ code: 'en-IN', ttsProvider: 'Google' }],
        }),
      ],
    })
    expect(read(made)).toEqual(read(response.toString()))
  })

  it('an agent’s own settings go before its number’s, and those before the house’s', () => {
    const number = settings({
      attributes: { ttsProvider: 'Google', interruptible: 'dtmf', speechTimeout: 900 },
      languages: [{ code: 'hi-IN', voice: 'a' }],
      parameters: { shop: 'one' },
    })
    const agent = settings({
      attributes: { ttsProvider: 'Amazon', language: 'en-GB' },
      languages: [{ code: 'hi-IN', voice: 'b' }],
      parameters: { callId: 'forged' },
    })
    const { attributes, children } = read(make({ settings: [number, agent] }))
    expect(attributes).toMatchObject({ ttsProvider: 'Amazon', interruptible: 'dtmf', speechTimeout: '900', language: 'en-GB' })
    expect(children).toEqual([
      { is: 'Language', code: 'hi-IN', voice: 'b' },
      { is: 'Parameter', name: 'shop', value: 'one' },
      { is: 'Parameter', name: 'callId', value: 'c' },
    ])
  })

  it('who may not be interrupted is not, and hears keys all the same', () => {
    expect(read(make({ turns: { interruptible: false } })).attributes).toMatchObject({
      interruptible: 'none',
      welcomeGreetingInterruptible: 'none',
      reportInputDuringAgentSpeech: 'dtmf',
    })
  })

  it('the greeting may be ours to say', () => {
    expect(greetsItself([settings({})])).toBe(true)
    expect(greetsItself([settings({ attributes: { welcomeGreeting: false } }), settings({})])).toBe(false)
    expect(read(make({ settings: [settings({ attributes: { welcomeGreeting: false } })] })).attributes).not.toHaveProperty(
      'welcomeGreeting',
    )
  })

  it('another carrier is told what it knows', () => {
    const { attributes } = read(make({ dialect: { ...TELNYX_RELAY, spelling: { dtmfDetection: 'dtmf_detection' } } }))
    expect(attributes).toEqual({
      language: 'en-US',
      dtmf_detection: 'true',
      interruptible: 'any',
      url: 'wss://relay.example/api/calls/websocket/t',
    })
  })

  it.each([
    ['en', 'en-US'],
    ['hi', 'hi-IN'],
    ['pt-BR', 'pt-BR'],
    ['zh-Hant', 'zh-TW'],
    ['not a language', 'not a language'],
  ])('%s is %s', (given, wanted) => expect(withRegion(given)).toBe(wanted))

  it.each([
    ['the address', { attributes: { url: 'wss://elsewhere.example' } }],
    ['the action', { attributes: { action: 'x' } }],
    ['a greeting of its own', { attributes: { welcomeGreeting: 'Hi' } }],
    ['a name that is none', { attributes: { 'a b': 1 } }],
    ['a language that is none', { languages: [{ code: 'en us' }] }],
  ])('an owner cannot set %s', (_, given) => expect(RelaySettings.safeParse(given).success).toBe(false))

  it('whatever an owner sets, it is well-formed', () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,12}$/).filter((each) => !['url', 'action', 'welcomeGreeting'].includes(each))
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean()), { maxKeys: 8 }),
        (attributes) => {
          const given = settings({ attributes })
          const { attributes: made } = read(make({ settings: [given] }))
          expect(made.url).toBe('wss://relay.example/api/calls/websocket/t')
          for (const key of Object.keys(attributes)) expect(made).toHaveProperty([key])
        },
      ),
    )
  })
})
