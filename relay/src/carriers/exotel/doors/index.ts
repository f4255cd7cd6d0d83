import type { Carrier } from '../../carrier.ts'
import { SAMPLE_RATES } from '../wire.ts'
import { hasBasic } from './proof.ts'
import { exotelStreams } from './streams.ts'
import { exotelUrls } from './urls.ts'
import { exotelVoice } from './voice.ts'

/** A carrier that is told at the placement where the sound goes brings it when somebody has answered: after its queue and the ringing. */
const PLACED_STREAM_MS = 300_000

/** How Exotel's words and sound come in: at a number's own addresses, for it signs nothing. */
export const exotelDoors: NonNullable<Carrier['doors']> = (house) => {
  const { EXOTEL_CHUNK_BYTES: chunkBytes, EXOTEL_LEAD_MS: leadMs, EXOTEL_SAMPLE_RATE, EXOTEL_STREAM_KEYS: keys } = house.settings.exotel
  const sampleRateHz = SAMPLE_RATES.find((rate) => rate === EXOTEL_SAMPLE_RATE) ?? 8000
  const urls = exotelUrls({ url: house.url, socketBase: house.socketUrl, sampleRateHz })
  return {
    urls: ({ callId, number, streamToken }) =>
      urls.ofCall({ callId, phoneId: number.id, secret: number.secret, token: streamToken(PLACED_STREAM_MS) }),
    proof: (c, number) => hasBasic(number, c.req.header('authorization')),
    ...exotelVoice(house, urls),
    namesCall: ({ CallFrom, CallSid, CallTo, CustomField, From, To }) => ({
      arrival: { from: CallFrom ?? From, to: CallTo ?? To },
      callId: typeof CustomField === 'string' ? CustomField : undefined,
      carrierCallId: typeof CallSid === 'string' ? CallSid : undefined,
    }),
    sound: exotelStreams(house, { sampleRateHz, chunkBytes, leadMs, keys }),
    addresses: ({ id, streamToken }) => ({ websocketUrl: urls.stream(id, streamToken) }),
  }
}
