import { expect } from '@esm-bundle/chai'
import { constraintsFor } from './constraints.ts'

const audioOf = (id?: string) => constraintsFor(id).audio as Record<string, unknown>

describe('constraints', () => {
  it('ask for one cleaned channel, and for no picture', () => {
    expect(constraintsFor()).to.deep.equal({
      audio: { echoCancellation: 'all', noiseSuppression: true, autoGainControl: true, channelCount: { ideal: 1 } },
      video: false,
    })
  })

  it('never insist on a device: iOS knows no exact one', () => {
    expect(audioOf('abc').deviceId).to.deep.equal({ ideal: 'abc' })
    expect(JSON.stringify(constraintsFor('abc'))).not.to.include('exact')
  })

  it('say true where the browser knows no echo cancellation by name', () => {
    const { getSupportedConstraints } = navigator.mediaDevices
    try {
      navigator.mediaDevices.getSupportedConstraints = () => ({})
      expect(audioOf().echoCancellation).to.equal(true)
      Object.assign(navigator.mediaDevices, { getSupportedConstraints: undefined })
      expect(audioOf().echoCancellation).to.equal(true)
    } finally {
      navigator.mediaDevices.getSupportedConstraints = getSupportedConstraints
    }
  })

  it('end in real echo cancellation here, also of a device that is gone', async () => {
    for (const id of [undefined, 'a device that was here last year']) {
      const stream = await navigator.mediaDevices.getUserMedia(constraintsFor(id))
      const settings = stream.getAudioTracks()[0]?.getSettings() as MediaTrackSettings
      for (const track of stream.getTracks()) track.stop()
      expect(settings.echoCancellation, 'whichever kind this browser has').to.be.ok
      expect(settings.noiseSuppression).to.equal(true)
      expect(settings.autoGainControl).to.equal(true)
    }
  })
})
