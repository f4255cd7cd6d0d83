import { expect } from '@esm-bundle/chai'
import { gesture } from '../../testing/element-kit.test-kit.ts'
import { fakeSdk } from '../../testing/fake-sdk.test-kit.ts'
import { joinByTwilio, openForCall } from './operator-line.ts'

/** A call whose sound Twilio has: its own kit brings the operator there. */

async function join(refuses?: Error) {
  await gesture()
  const opened = await openForCall('takeover')
  const { device, makeDevice, tokens } = fakeSdk()
  device.refuses = refuses
  const told: unknown[] = []
  const on = {
    standing: (is: string) => told.push(is),
    levels: (levels: object) => told.push(levels),
    gone: (why: string) => told.push(why),
    blocked: () => undefined,
  }
  const joining = joinByTwilio({ accessToken: 'T', connectParams: { ticket: 'x' }, opened, on, makeDevice })
  return { device, joining, opened, told, tokens }
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
