import { STREAM_RATES, type StreamRate } from './stream-wire.ts'

const RATE = 'sample-rate'
const MOST_PARAMETERS = 3
const LONGEST_PARAMETER = 256

/**
 * What an address says: the rate, and up to three parameters of the customer's own.
 * @throws Error for an address that Exotel does not take
 */
export function streamTarget(
  given: string,
  queryKept: boolean,
): { url: string; rate: StreamRate; customParameters: Record<string, string> } {
  if (!URL.canParse(given) || !/^wss?:/.test(given)) throw new Error(`not a WebSocket address: ${given}`)
  const url = new URL(given)
  const asked = url.searchParams.get(RATE) ?? '8000'
  const rate = STREAM_RATES.find((each) => String(each) === asked)
  if (rate === undefined) throw new Error(`${RATE} ${asked} is not known`)
  const own = [...url.searchParams].filter(([name]) => name !== RATE)
  const text = own.map(([name, value]) => `${name}=${value}`).join('&')
  if (own.length > MOST_PARAMETERS || text.length > LONGEST_PARAMETER)
    throw new Error('more than three parameters, or more than 256 characters')
  if (!queryKept) url.search = ''
  return { url: url.href, rate, customParameters: Object.fromEntries(own) }
}
