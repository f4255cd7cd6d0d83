import { constraintsFor } from './constraints.ts'

/**
 * A stream of that very device, or of another when it cannot be had by name. Chromium takes `ideal` for a wish and may give its
 * default; iOS rejects `exact` even for a device it has. So the first is asked exactly, and again softly where there is no such one;
 * a visitor who said no is not asked twice.
 */
export async function openDevice(deviceId: string | undefined): Promise<MediaStream> {
  const soft = constraintsFor(deviceId)
  const ask = (constraints: MediaStreamConstraints) => navigator.mediaDevices.getUserMedia(constraints)
  if (!deviceId) return ask(soft)
  const exact = { ...soft, audio: { ...(soft.audio as MediaTrackConstraints), deviceId: { exact: deviceId } } }
  return ask(exact).catch((error: unknown) => {
    if (!NO_SUCH_DEVICE.includes((error as DOMException).name)) throw error
    return ask(soft)
  })
}

const NO_SUCH_DEVICE = ['OverconstrainedError', 'NotFoundError', 'InvalidAccessError']
