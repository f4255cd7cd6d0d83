/**
 * What is asked of a microphone. `ideal` throughout: a device that is gone, or iOS, which knows no `exact` device, gives another one
 * rather than an error. Echo cancellation `"all"` takes away everything the page plays, not only what comes from a peer connection;
 * browsers that know no such word read it as true.
 */
export function constraintsFor(deviceId?: string): MediaStreamConstraints {
  const known = globalThis.navigator?.mediaDevices?.getSupportedConstraints?.().echoCancellation === true
  return {
    audio: {
      echoCancellation: (known ? 'all' : true) as boolean,
      noiseSuppression: true,
      autoGainControl: true,
      channelCount: { ideal: 1 },
      ...(deviceId ? { deviceId: { ideal: deviceId } } : {}),
    },
    video: false,
  }
}
