import type { Page, WebSocketRoute } from 'playwright-core'
import WebSocket from 'ws'
import { TWILIO_ACCOUNT } from '../../demo/src/sandbox/twilio/account.ts'
import { sign } from '../../demo/src/sandbox/twilio/signature.ts'

/** What Twilio's own voice SDK says at its signalling, and what Twilio would answer. Twilio itself is not here: its media is played by a peer in the page. */

interface Said {
  type: string
  payload: Record<string, unknown>
}

export class TwilioSignalling {
  readonly said: Said[] = []
  /** An error in place of `connected`. */
  refuses: { code: number; message: string } | undefined
  /** Of the access token as Twilio tells it. */
  ttlS = 600
  readonly callSid = `CA${'7'.repeat(32)}`
  readonly #page: Page
  #route: WebSocketRoute | undefined

  static async in(page: Page): Promise<TwilioSignalling> {
    const signalling = new TwilioSignalling(page)
    await page.routeWebSocket(/voice-js\.[a-z0-9.-]*twilio\.com/, (route) => {
      signalling.#route = route
      route.onMessage((text) => signalling.#take(String(text)))
    })
    return signalling
  }
  constructor(page: Page) {
    this.#page = page
  }

  #take(text: string): void {
    // A heartbeat.
    if (!text.startsWith('{"')) return
    const message = JSON.parse(text) as Said
    this.said.push(message)
    if (message.type !== 'listen') return
    if (this.refuses) this.tell('error', { error: this.refuses })
    else this.tell('connected', { edge: 'ashburn', region: 'us1', home: 'us1', token: { identity: '', ttl: this.ttlS } })
  }

  tell(type: string, payload: Record<string, unknown>): void {
    this.#route?.send(JSON.stringify({ type, payload, version: '1.6' }))
  }
  find(type: string): Said | undefined {
    return this.said.find((message) => message.type === type)
  }
  #invite(): Record<string, unknown> {
    const found = this.find('invite')
    if (!found) throw new Error('the SDK has not called')
    return found.payload
  }

  /** The parameters of the SDK's connect. */
  get params(): Record<string, string> {
    const { params } = this.#invite().twilio as { params: string }
    return Object.fromEntries(new URLSearchParams(params))
  }

  /** Asks the TwiML app's Voice URL, signed, as Twilio does for this connect. */
  async asksForTwiml(voiceUrl: string, identity: string): Promise<string> {
    const fields = {
      ...{ AccountSid: TWILIO_ACCOUNT.accountSid, CallSid: this.callSid, CallStatus: 'ringing', Direction: 'inbound' },
      ...{ From: `client:${identity}`, Caller: `client:${identity}`, To: '', Called: '' },
      ...this.params,
    }
    const headers = { 'X-Twilio-Signature': sign(TWILIO_ACCOUNT.authToken, voiceUrl, fields) }
    const answer = await fetch(voiceUrl, { method: 'POST', headers, body: new URLSearchParams(fields) })
    if (!answer.ok) throw new Error(`the Voice URL answered ${answer.status}`)
    return answer.text()
  }

  /** The call's sound, as Media Streams brings it. Marks are played at once. */
  async bringsSound(twiml: string): Promise<WebSocket> {
    const url = /<Stream[^>]* url="(ws:[^"]+)"/.exec(twiml)?.[1] ?? ''
    const ws = new WebSocket(url, { headers: { 'X-Twilio-Signature': sign(TWILIO_ACCOUNT.authToken, url) } })
    await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject))
    const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 }
    const start = { streamSid: 'MZ1', accountSid: TWILIO_ACCOUNT.accountSid, callSid: this.callSid, tracks: ['inbound'], mediaFormat }
    ws.on('message', (data) => {
      const message = JSON.parse(String(data))
      if (message.event === 'mark') ws.send(JSON.stringify({ ...message, sequenceNumber: '9' }))
    })
    ws.send(JSON.stringify({ event: 'start', sequenceNumber: '1', streamSid: 'MZ1', start }))
    return ws
  }

  /** Takes the call: a peer in the page answers the SDK's offer, with a tone. */
  async answers(): Promise<void> {
    const { callsid, sdp } = this.#invite() as { callsid: string; sdp: string }
    const answer = await this.#page.evaluate(async (offer) => {
      const peer = new RTCPeerConnection()
      Object.assign(globalThis, { farPeer: peer })
      const context = new AudioContext()
      const far = context.createMediaStreamDestination()
      const tone = new OscillatorNode(context)
      tone.connect(far)
      tone.start()
      peer.addTrack(far.stream.getAudioTracks()[0] as MediaStreamTrack, far.stream)
      await peer.setRemoteDescription({ type: 'offer', sdp: offer })
      await peer.setLocalDescription(await peer.createAnswer())
      if (peer.iceGatheringState !== 'complete') {
        await new Promise<void>((resolve) =>
          peer.addEventListener('icegatheringstatechange', () => peer.iceGatheringState === 'complete' && resolve()),
        )
      }
      return peer.localDescription?.sdp ?? ''
    }, sdp)
    this.tell('answer', { callsid: this.callSid, sdp: answer, reconnect: 'r', temp: callsid })
  }
}
