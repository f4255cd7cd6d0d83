import type { CallUrls } from '../../carrier.ts'

/** Addresses that we give Exotel: under the number's own secret, or a right to one call. */
export interface ExotelUrls {
  /** With the right to bring one call's sound. */
  stream(phoneId: string, token: string): string
  /** What a call of ours is placed with. */
  ofCall(o: { callId: string; phoneId: string; secret: string; token: string | undefined }): CallUrls
}

/** `url`: where the relay is reached by all; `socketBase`: where this one is, ws(s); sound comes and goes at `sampleRateHz`. */
export function exotelUrls(o: { url: () => string; socketBase: () => string; sampleRateHz: number }): ExotelUrls {
  const stream = (phoneId: string, token: string) => `${o.socketBase()}/api/telephony/ws/${phoneId}/${token}?sample-rate=${o.sampleRateHz}`
  return {
    stream,
    ofCall({ callId, phoneId, secret, token }) {
      const status = `${o.url()}/api/telephony/status/${phoneId}/${secret}?callId=${callId}`
      return {
        // Exotel asks at the number's own address, and tells all else in its status.
        answer: `${o.url()}/api/telephony/webhook/${phoneId}/${secret}`,
        status,
        recording: status,
        machine: status,
        ...(token === undefined ? {} : { stream: stream(phoneId, token) }),
      }
    },
  }
}
