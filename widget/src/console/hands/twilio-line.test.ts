import { expect } from '@esm-bundle/chai'
import { gesture } from '../../testing/element-kit.test-kit.ts'
import { fakeSdk } from '../../testing/fake-sdk.test-kit.ts'
import { joinByTwilio, openForCall } from './operator-line.ts'

/** A call whose sound Twilio has: its own kit brings the operator there. */

type FakeCall = ReturnType<typeof fakeSdk>['device']['call']
/** What was asked has been answered, and the answer handed on. */
const settled = () => new Promise((resolve) => setTimeout(resolve))

async function join(refuses?: Error) {
  await gesture()
  const opened = await openForCall('takeover')
  const { device, makeDevice, tokens } = fakeSdk()
  device.refuses = refuses
  const told: unknown[] = []
  const next = { token: Promise.resolve('T2'), asked: 0 }
  const nextToken = () => {
    next.asked += 1
    return next.token
  }
  const on = {
    standing: (is: string) => told.push(is),
    levels: (levels: object) => told.push(levels),
    gone: (why: string) => told.push(why),
    blocked: () => undefined,
  }
  const joining = joinByTwilio({ accessToken: 'T', nextToken, connectParams: { ticket: 'x' }, opened, on, makeDevice })
  return { device, joining, next, opened, told, tokens }
}

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
    expect(opened.stream?.getTracks().map(({ readyState }) => readyState)).to.deep.equal(['ended'])
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
    await next.token
    await settled()
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
    await settled()
    expect(device.did).to.deep.equal([['updateToken', 'T2'], ['destroy']])
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
    const { device, joining, opened } = await join(new Error('no'))
    const refused = await joining.then(
      () => undefined,
      (error: unknown) => error,
    )
    expect([refused instanceof Error, device.did]).to.deep.equal([true, [['destroy']]])
    expect(opened.stream?.active).to.equal(false)
  })
})
