import { expect } from '@esm-bundle/chai'
import { gesture, until } from '../../testing/element-kit.test-kit.ts'
import { fakeSdk } from '../../testing/fake-sdk.test-kit.ts'
import type { MakeDevice } from '../../twilio/sdk.ts'
import { CannotJoin } from './cannot-join.ts'
import { openForCall } from './operator-line.ts'
import { joinByTwilio } from './twilio-line.ts'

/** A call whose sound Twilio has: its own kit brings the operator there. */

type FakeCall = ReturnType<typeof fakeSdk>['device']['call']
/** What was asked has been answered, and the answer handed on. */
const settled = () => new Promise((resolve) => setTimeout(resolve))

async function join(o: { refuses?: Error; asking?: Promise<void>; signal?: AbortSignal; makeDevice?: MakeDevice } = {}) {
  await gesture()
  const opened = await openForCall('takeover')
  const { device, makeDevice, tokens } = fakeSdk()
  Object.assign(device, { refuses: o.refuses, asking: o.asking })
  const told: unknown[] = []
  const next = { token: Promise.resolve('T2'), asked: 0 }
  const askToken = async () => {
    next.asked += 1
    return Response.json({ accessToken: await next.token })
  }
  const on = {
    standing: (is: string) => told.push(is),
    levels: (levels: object) => told.push(levels),
    gone: (why: string) => told.push(why),
    blocked: () => undefined,
  }
  const joining = joinByTwilio({
    accessToken: 'T',
    askToken,
    connectParams: { ticket: 'x' },
    opened,
    on,
    signal: o.signal ?? new AbortController().signal,
    makeDevice: o.makeDevice ?? makeDevice,
  })
  return { device, joining, next, opened, told, tokens }
}

/** In what words it is refused; `whole` when not at all. */
const whyNot = (joining: Promise<unknown>) =>
  joining.then(
    () => 'whole',
    (error: unknown) => (error instanceof CannotJoin ? error.message : String(error)),
  )
const states = ({ stream }: { stream: MediaStream | undefined }) => stream?.getTracks().map(({ readyState }) => readyState)

describe('an operator’s line over Twilio', () => {
  it('connects with what the relay gave, mutes, and is told how it stands', async () => {
    const { device, joining, opened, told, tokens } = await join()
    const line = await joining
    expect([tokens, await device.params.promise]).to.deep.equal([['T'], { ticket: 'x' }])
    device.call.tell('accept')
    device.call.tell('reconnecting')
    device.call.tell('reconnected')
    device.call.tell('volume', 0.4, 0.2)
    line.setMuted(true)
    expect(told).to.deep.equal(['open', 'away', 'open', { visitor: 0.2, agent: 0.4 }])
    expect(device.call.did).to.deep.equal([['mute', true]])
    line.close()
    device.call.tell('disconnect')
    expect(device.did).to.deep.equal([['destroy']])
    expect(told).to.have.length(4)
    expect(states(opened)).to.deep.equal(['ended'])
  })

  it('says once that it is over', async () => {
    const { device, joining, told } = await join()
    const line = await joining
    device.call.tell('disconnect')
    line.close()
    device.call.tell('error', new Error('late'))
    expect(told).to.deep.equal(['over'])
  })

  it('hands on the next token before the last one ends, and goes on without one that cannot be had', async () => {
    const { device, joining, next, told } = await join()
    const line = await joining
    device.call.tell('accept')
    device.tell('tokenWillExpire')
    await until(() => device.did.length)
    expect(device.did).to.deep.equal([['updateToken', 'T2']])
    next.token = Promise.reject(new Error('the relay is away'))
    device.tell('tokenWillExpire')
    await settled()
    expect([next.asked, device.did.length, told]).to.deep.equal([2, 1, ['open']])
    const late = Promise.withResolvers<string>()
    next.token = late.promise
    device.tell('tokenWillExpire')
    line.close()
    late.resolve('T3')
    for (let turn = 0; turn < 5; turn += 1) await settled()
    expect(device.did).to.deep.equal([['updateToken', 'T2'], ['destroy']])
  })

  it('asks for its next token until it has it', async () => {
    const { device, joining, next } = await join()
    const line = await joining
    device.call.tell('accept')
    const renewed = new Promise((resolve) => {
      device.updateToken = resolve
    })
    const { token } = next
    next.token = Promise.reject(new Error('the relay is away'))
    device.tell('tokenWillExpire')
    await settled()
    next.token = token
    expect([await renewed, next.asked]).to.deep.equal(['T2', 2])
    line.close()
  })

  it('stays for errors amid the call, which Twilio mends; before it stands they are its end', async () => {
    const { device, joining, told } = await join()
    await joining
    device.call.tell('accept')
    for (const code of [20104, 53000, 31005]) device.tell('error', { code })
    device.call.tell('error', { code: 53405 })
    device.call.tell('reconnecting')
    device.call.tell('reconnected')
    device.call.tell('disconnect')
    expect(told).to.deep.equal(['open', 'away', 'open', 'over'])
    for (const teller of ['device', 'call'] as const) {
      const early = await join()
      await early.joining
      const source = teller === 'device' ? early.device : early.device.call
      source.tell('error', { code: 20101 })
      expect(early.told).to.deep.equal(['lost'])
    }
  })

  it('says that it broke when Twilio could not mend it', async () => {
    for (const breaks of [(call: FakeCall) => call.tell('error', { code: 53405 }), (call: FakeCall) => call.tell('reconnecting')]) {
      const { device, joining, told } = await join()
      await joining
      device.call.tell('accept')
      breaks(device.call)
      device.call.tell('disconnect')
      expect(told.at(-1)).to.equal('lost')
    }
  })

  it('lets go of the microphone when Twilio refuses', async () => {
    const { device, joining, opened } = await join({ refuses: new Error('no') })
    expect(await whyNot(joining)).to.include('Twilio did not connect you')
    expect([device.did, states(opened)]).to.deep.equal([[['destroy']], ['ended']])
  })

  for (const [code, says] of [
    [20104, 'have an admin check the number’s Twilio API key'],
    [31005, 'have the firewall let Twilio through'],
    [31206, 'Wait a minute'],
    [31000, 'Take over again, or by your phone'],
  ] as const) {
    it(`says what to do when Twilio tells ${code} and goes on trying, and lets go of everything`, async () => {
      const tried = Promise.withResolvers<void>()
      const { device, joining, opened, told } = await join({ asking: tried.promise })
      await device.params.promise
      device.tell('error', { code })
      expect(await whyNot(joining)).to.include(says)
      expect([device.did, states(opened), told]).to.deep.equal([[['destroy']], ['ended'], []])
      tried.resolve()
      await settled()
      expect(device.call.did, 'it came through after all').to.deep.equal([['disconnect']])
    })
  }

  it('lets go of everything when nobody waits any more', async () => {
    const left = new AbortController()
    const sdk = fakeSdk()
    sdk.device.asking = new Promise(() => undefined)
    let microphone: Parameters<MakeDevice>[1] | undefined
    const makeDevice: MakeDevice = (token, getUserMedia) => {
      microphone = getUserMedia
      return sdk.makeDevice(token, getUserMedia)
    }
    const { joining, opened } = await join({ makeDevice, signal: left.signal })
    await sdk.device.params.promise
    left.abort()
    await whyNot(joining)
    expect([sdk.device.did, states(opened)]).to.deep.equal([[['destroy']], ['ended']])
    const late = await microphone?.({ audio: true }).catch((error: unknown) => error)
    expect(late instanceof DOMException, 'the SDK is given no other microphone').to.equal(true)
  })

  it('lets go of the microphone in a browser that Twilio’s kit does not work in', async () => {
    const makeDevice: MakeDevice = () => {
      throw new Error('NotSupportedError')
    }
    const { joining, opened } = await join({ makeDevice })
    expect(await whyNot(joining)).to.include('Take over again, or by your phone')
    expect(states(opened)).to.deep.equal(['ended'])
  })
})
