/** Addresses that we give Twilio: all lie under /api/calls/ or /api/telephony/ and want its signature. */
export interface TwilioUrls {
  answer(callId: string): string
  status(callId: string): string
  recording(callId: string): string
  machine(callId: string): string
  dialAction(callId: string): string
  relayAction(callId: string): string
  streamStatus(callId: string): string
  conference(callId: string): string
  stream(phoneId: string, token: string): string
  relaySocket(token: string): string
}

/** `url`: where the relay is reached by all; `socketBase`: where this one is, ws(s). */
export function twilioUrls(o: { url: () => string; socketBase: () => string }): TwilioUrls {
  const call = (what: string) => (callId: string) => `${o.url()}/api/calls/${what}/${callId}`
  return {
    answer: call('answer'),
    status: call('status'),
    recording: call('recording'),
    machine: call('amd'),
    dialAction: call('dial-action'),
    relayAction: call('relay-action'),
    streamStatus: call('stream-status'),
    conference: call('conference'),
    stream: (phoneId, token) => `${o.socketBase()}/api/telephony/ws/${phoneId}/${token}`,
    relaySocket: (token) => `${o.socketBase()}/api/calls/websocket/${token}`,
  }
}
