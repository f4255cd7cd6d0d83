import { expect } from '@esm-bundle/chai'
import { openMicrophone } from './microphone.ts'

const states = (stream: MediaStream) => stream.getTracks().map(({ readyState }) => readyState)

describe('the microphone that the SDK is given', () => {
  it('ends with the call, though the SDK is gone when the browser gives it', async () => {
    const microphone = openMicrophone(undefined)
    const early = await microphone.get({ audio: true })
    const coming = microphone.get({ audio: true })
    expect(states(early)).to.deep.equal(['live'])
    microphone.close()
    expect(states(early)).to.deep.equal(['ended'])
    expect(states(await coming)).to.deep.equal(['ended'])
  })

  it('is silence where there is none, and says once that there is one now', async () => {
    const context = new AudioContext()
    const microphone = openMicrophone(context)
    const real = navigator.mediaDevices.getUserMedia
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
    try {
      expect(states(await microphone.get({ audio: true }))).to.deep.equal(['live'])
    } finally {
      navigator.mediaDevices.getUserMedia = real
    }
    expect([microphone.isLate(), microphone.isLate()]).to.deep.equal([true, false])
    await context.close()
  })
})
