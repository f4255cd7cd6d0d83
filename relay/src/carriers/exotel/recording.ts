import type { Clock } from '../../calls/ports.ts'
import type { Settings } from '../../settings.ts'
import { hostMatches } from '../config-kind.ts'
import { type ExotelConfig, exotelConfig } from './config.ts'
import { exotelFault } from './faults.ts'

const TIMEOUT_MS = 60_000
/** An hour of the best sound that Exotel keeps. */
const MAX_BYTES = 32 * 1024 * 1024

/** Whether the account's credentials may go to the address that a webhook told: Exotel's hosts, the environment's own, or allowed ones. */
export function mayHoldRecording(address: string, settings: Settings): boolean {
  if (!URL.canParse(address)) return false
  const { hostname, origin, password, protocol, username } = new URL(address)
  if (username !== '' || password !== '') return false
  if (origin === exotelConfig.ownOrigin(settings)) return true
  return protocol === 'https:' && exotelConfig.hosts(settings).some((pattern) => hostMatches(hostname, pattern))
}

/** A recording's file, asked for with the account's credentials. No redirect is followed. @throws CarrierFault */
export async function fetchRecording(
  config: ExotelConfig,
  { clock, settings }: { settings: Settings; clock: Clock },
  address: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (!mayHoldRecording(address, settings)) throw exotelFault('refused')
  const stop = new AbortController()
  const cancel = clock.after(TIMEOUT_MS, () => stop.abort(exotelFault('timeout')))
  const authorization = `Basic ${Buffer.from(`${config.apiKey}:${config.apiToken}`).toString('base64')}`
  try {
    const response = await fetch(address, {
      headers: { authorization, 'user-agent': 'voice-agent' },
      redirect: 'manual',
      signal: AbortSignal.any([signal, stop.signal]),
    })
    if (response.status === 401 || response.status === 403) throw exotelFault('unauthorized')
    if (response.status === 404) throw exotelFault('not_found')
    if (!response.ok) throw exotelFault(response.status >= 500 ? 'server_error' : 'refused', { carrierCode: `HTTP ${response.status}` })
    const pieces: Uint8Array[] = []
    let bytes = 0
    for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += piece.length
      if (bytes > MAX_BYTES) throw exotelFault('malformed')
      pieces.push(piece)
    }
    return Buffer.concat(pieces)
  } catch (error) {
    if (error instanceof Error && error.name === 'CarrierFault') throw error
    throw stop.signal.aborted ? exotelFault('timeout', { cause: error }) : exotelFault('unreachable', { cause: error })
  } finally {
    cancel()
    // Also ends the connection of an answer that was given up half read.
    stop.abort()
  }
}
