import { expect, test } from 'vitest'
import { Customer, type CustomerStream, withTwilio } from './customer.test-kit.ts'
import vectors from './relay.vectors.json' with { type: 'json' }

const twilio = withTwilio()
const EVENTS = 'events="speaker-events tokens-played"'
type Frame = Record<string, unknown>
const framesOf = (stream: CustomerStream) => stream.frames as unknown as Frame[]
const played = (stream: CustomerStream) => framesOf(stream).flatMap(({ name, value }) => (name === 'tokensPlayed' ? [value] : []))
const types = (stream: CustomerStream) =>
  framesOf(stream).map(({ type, name, value }) => [type, name, name === 'tokensPlayed' ? '' : value].filter(Boolean).join(' '))

/** A call that was answered, with its session open. */
async function talking(
  script: object = {},
  attributes = '',
  inside = '',
): Promise<{ customer: Customer; stream: CustomerStream; sid: string }> {
  const customer = await Customer.open()
  const url = `${customer.url.replace('http', 'ws')}/words`
  const relay = `<Response><Connect action="${customer.url}/after"><ConversationRelay url="${url}" ${attributes}>${inside}</ConversationRelay></Connect></Response>`
  customer.replies['/voice'] = () => ({ body: relay })
  customer.replies['/after'] = () => ({ body: '<Response><Hangup/></Response>' })
  await twilio.script({ does: 'answer', ...script })
  const { body } = await twilio.place(customer)
  const stream = await customer.stream()
  await customer.until(() => framesOf(stream)[0])
  return { customer, stream, sid: String(body.sid) }
}
const say = (stream: CustomerStream, token: string, more: object = {}) =>
  stream.raw(JSON.stringify({ type: 'text', token, last: true, ...more }))
const after = (customer: Customer) => customer.until(() => customer.told('/after')[0]).then(({ form }) => form)

test('begins with setup, greets, and tells each sentence when it was heard', async () => {
  const { customer, stream, sid } = await talking(
    {},
    `welcomeGreeting="Hello there. How are you?" ${EVENTS}`,
    '<Parameter name="session" value="s_1"/>',
  )
  expect(framesOf(stream)[0]).toMatchObject({
    type: 'setup',
    callSid: sid,
    callStatus: 'IN_PROGRESS',
    customParameters: { session: 's_1' },
  })
  expect(stream.headers['x-twilio-signature']).toBeTruthy()
  const beganMs = performance.now()
  await customer.until(() => types(stream).includes('info agentSpeaking off'))
  expect(performance.now() - beganMs).toBeGreaterThan(1200)
  expect(played(stream)).toEqual(['Hello there.', 'How are you?'])
  expect(types(stream)).toEqual(['setup', 'info agentSpeaking on', 'info tokensPlayed', 'info tokensPlayed', 'info agentSpeaking off'])
  const [phone] = await twilio.phones()
  expect(phone?.voice.length).toBeGreaterThan(0)
})

test('words that come in pieces are said as sentences', async () => {
  const { customer, stream } = await talking({}, EVENTS)
  for (const token of ['One two', ' three. Four', ' five']) say(stream, token, { last: false })
  say(stream, '')
  await customer.until(() => played(stream).length === 2)
  expect(played(stream)).toEqual(['One two three.', 'Four five'])
})

test('who speaks over it cuts it: what was heard of the sentence, then what was said', async () => {
  const phrase = 'Are you open on Monday?'
  const { customer, stream } = await talking(
    { says: [{ waitForSpeechMs: 1500 }, { text: phrase }] },
    `welcomeGreeting="One two three. Four five six seven eight nine ten eleven twelve thirteen fourteen fifteen." ${EVENTS}`,
  )
  const prompt = await customer.until(() => framesOf(stream).find(({ type }) => type === 'prompt'))
  expect(prompt).toEqual({ type: 'prompt', voicePrompt: phrase, lang: 'en', last: true })
  const cut = framesOf(stream).find(({ type }) => type === 'interrupt')
  expect(Object.keys(cut ?? {})).toEqual(['type', 'utteranceUntilInterrupt', 'durationUntilInterruptMs'])
  expect(cut?.utteranceUntilInterrupt).toMatch(/^Four five/)
  expect(cut?.utteranceUntilInterrupt).not.toMatch(/fifteen/)
  expect(played(stream)).toEqual(['One two three.', cut?.utteranceUntilInterrupt])
  const order = types(stream)
  expect(order.slice(order.indexOf('interrupt') - 1)).toEqual([
    'info tokensPlayed',
    'interrupt',
    'info agentSpeaking off',
    'info clientSpeaking off',
    'prompt',
  ])
})

test('who may not interrupt does not, and is not understood meanwhile', async () => {
  const { customer, stream } = await talking(
    { says: [{ waitForSpeechMs: 500 }, { text: 'Stop.' }] },
    `welcomeGreeting="One two three four five six seven eight nine ten." welcomeGreetingInterruptible="none" ${EVENTS}`,
  )
  await customer.until(() => types(stream).includes('info agentSpeaking off'))
  expect(played(stream)).toEqual(['One two three four five six seven eight nine ten.'])
  expect(types(stream)).not.toContain('interrupt')
  expect(types(stream)).not.toContain('prompt')
})

test('keys come before their interruption, where they are asked for', async () => {
  const { customer, stream } = await talking(
    { says: [{ waitForSpeechMs: 800 }, { digits: '7' }] },
    `welcomeGreeting="One two three four five six seven eight nine ten." dtmfDetection="true" ${EVENTS}`,
  )
  await customer.until(() => types(stream).includes('interrupt'))
  const order = types(stream)
  expect(order.indexOf('dtmf')).toBeLessThan(order.indexOf('interrupt'))
  const deaf = await talking({ says: [{ digits: '7' }], hangsUpAfterMs: 300 })
  await deaf.customer.ended()
  expect(types(deaf.stream)).toEqual(['setup'])
})

test('words of the next cycle silence the last one where that is allowed', async () => {
  const { customer, stream } = await talking({}, `preemptible="true" ${EVENTS}`)
  say(stream, 'One two three four five six seven eight nine ten eleven twelve.')
  await customer.until(() => types(stream).includes('info agentSpeaking on'))
  say(stream, 'Goodbye.')
  await customer.until(() => played(stream).includes('Goodbye.'))
  expect(played(stream).join(' ')).not.toMatch(/twelve/)
})

test('end: closes in good order, and the action is told the hand-off', async () => {
  const { customer, stream } = await talking()
  stream.raw(JSON.stringify({ type: 'end', handoffData: '{"reason":"human"}' }))
  expect(await after(customer)).toMatchObject({ SessionStatus: 'ended', HandoffData: '{"reason":"human"}', CallStatus: 'in-progress' })
  expect(stream.closed).toBe(1000)
})

test('a socket that is lost: 64105, and the call lives', async () => {
  const { customer, stream } = await talking()
  stream.close()
  expect(await after(customer)).toMatchObject({
    SessionStatus: 'failed',
    ErrorCode: '64105',
    ErrorMessage: 'Websocket ended',
    CallStatus: 'in-progress',
  })
})

test('ten malformed messages in a row: ten errors, 1007, 64105', async () => {
  const { customer, stream } = await talking()
  for (let n = 0; n < 9; n++) stream.raw('not json')
  say(stream, 'Fine.')
  for (let n = 0; n < 10; n++) stream.raw(n % 2 ? '{"type":"nonsense"}' : 'not json')
  expect(await after(customer)).toMatchObject({ SessionStatus: 'failed', ErrorCode: '64105' })
  expect(framesOf(stream).filter(({ type }) => type === 'error')).toHaveLength(19)
  expect(stream.closed).toBe(1007)
})

test('the phone hangs up: closes in good order, the action is told before the last status', async () => {
  const { customer, stream } = await talking({ hangsUpAfterMs: 300 })
  await customer.ended()
  expect(await customer.until(() => stream.closed)).toBe(1000)
  expect(customer.told('/after')[0]?.form).toMatchObject({ SessionStatus: 'completed', CallStatus: 'completed' })
  const paths = customer.webhooks.map(({ path, form }) => `${path} ${form.CallStatus}`)
  expect(paths.indexOf('/after completed')).toBeLessThan(paths.indexOf('/status completed'))
})

test('a socket that cannot be opened: 64102', async () => {
  await twilio.order({ service: 'twilio', kind: 'stream-refused' })
  const customer = await Customer.open()
  customer.replies['/voice'] = () => ({
    body: `<Response><Connect action="${customer.url}/after"><ConversationRelay url="${customer.url.replace('http', 'ws')}/words"/></Connect></Response>`,
  })
  await twilio.script({ does: 'answer' })
  await twilio.place(customer)
  expect(await after(customer)).toMatchObject({ SessionStatus: 'failed', ErrorCode: '64102' })
})

test('keys to be pressed wait for the words before them', async () => {
  const { customer, stream } = await talking({ hangsUpAfterMs: 4000 }, EVENTS)
  say(stream, 'Now I press.')
  stream.raw(JSON.stringify({ type: 'sendDigits', digits: '1w2' }))
  await customer.ended()
  const [phone] = await twilio.phones()
  expect(phone?.keysHeard.map(({ digit }) => digit)).toEqual(['1', '2'])
  expect(played(stream)).toEqual(['Now I press.'])
})

test('every message has the fields of the recorded ones, and so has every action', async () => {
  const { customer, stream } = await talking(
    {
      says: [{ waitForSpeechMs: 800 }, { digits: '1' }, { pauseMs: 1500 }, { text: 'Are you open on Monday?' }, { pauseMs: 2000 }],
      hangsUpAfterMs: 1000,
    },
    `welcomeGreeting="One two three four five six seven eight nine ten." dtmfDetection="true" partialPrompts="true" ${EVENTS}`,
  )
  stream.raw('this is not json #1')
  await customer.ended()
  const kindOf = ({ type, name, last }: Frame) => [type, name, last].filter((each) => each !== undefined).join(' ')
  const shape = (frame: Frame) =>
    Object.entries(frame)
      .map(([name, value]) => `${name}: ${typeof value}`)
      .sort()
  for (const { dir, frame } of vectors.conversation_relay) {
    if (dir === 'out') continue
    const ours = framesOf(stream).find((each) => kindOf(each) === kindOf(frame))
    expect(ours && shape(ours), kindOf(frame)).toEqual(shape(frame))
  }
  const { caller_hung_up: recorded } = vectors.conversation_relay_action_callbacks
  expect(Object.keys(customer.told('/after')[0]?.form ?? {})).toEqual(expect.arrayContaining(Object.keys(recorded)))
})

test('takes every message that was recorded', async () => {
  const { customer, stream } = await talking()
  const sent = vectors.conversation_relay.flatMap(({ dir, frame }) => (dir === 'out' && frame.type !== 'play' ? [frame] : []))
  for (const frame of sent) stream.raw(JSON.stringify(frame))
  await after(customer)
  const { relays } = await twilio.twilio()
  expect(relays[0]).toMatchObject({ malformed: 0, language: 'en-US' })
  expect(relays[0]?.received.map((frame) => (frame as Frame).type)).toEqual(sent.map(({ type }) => type))
})
