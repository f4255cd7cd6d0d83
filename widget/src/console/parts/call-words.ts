import { html, nothing, type TemplateResult } from 'lit'
import { type Call, isLive } from '../call.ts'
import type { Say } from '../words.ts'
import { masked } from './format.ts'

/** Who is on a call, and how it stands, in a few words. */

const CARRIERS: Record<string, string> = { twilio: 'Twilio', exotel: 'Exotel', optima: 'Optima', jiocx: 'JioCX' }
export const carrierName = (carrier: string): string => CARRIERS[carrier] ?? carrier

/** The person: their number, or where they are. */
export function whoIsOn(call: Call, t: Say, isShown: boolean): string {
  const write = (number: string) => (isShown ? number : masked(number))
  if (call.kind === 'bridge' && call.from && call.to) return `${write(call.from)} – ${write(call.to)}`
  const number = call.direction === 'inbound' ? call.from : call.to
  return number ? write(number) : t(call.kind === 'web' ? 'Web page' : 'Phone')
}

const ENDS: Record<string, string> = {
  visitor: 'the visitor left',
  callee: 'they hung up',
  agent: 'the agent ended it',
  operator: 'an operator ended it',
  busy: 'busy',
  'no-answer': 'no answer',
  rejected: 'declined',
  canceled: 'canceled',
  machine: 'a machine answered',
  blocked: 'blocked',
  deadline: 'its time was up',
  'page-close': 'the page was closed',
  connection: 'the connection broke',
  error: 'a fault',
}

export const endOf = (call: Call, t: Say): string => t(ENDS[call.endReason ?? ''] ?? call.endReason ?? 'over')

/** One tag: colour says state and nothing else. */
export function standing(call: Call, t: Say): TemplateResult {
  const [words, kind] = standingOf(call, t)
  return html`<span class="tag ${kind}">${words}</span>`
}

function standingOf(call: Call, t: Say): [words: string, kind: string] {
  if (!isLive(call)) return [call.status === 'failed' ? t('Failed') : t('Ended'), call.status === 'failed' ? 'bad' : '']
  if (call.status === 'initiated') return [t('Dialing'), '']
  if (call.status === 'connecting') return [t(call.kind === 'web' ? 'Connecting' : 'Ringing'), '']
  if (call.heldBy) return [t('{name} speaks', { name: call.heldBy.name }), 'wait']
  if (call.ai === 'paused') return [t('AI paused'), 'wait']
  if (call.ai === 'off') return [t('No AI'), 'wait']
  return [t('AI speaks'), 'good']
}

/** Where a call's time counts from: the first word, or the asking. */
const sinceMs = (call: Call): number => Date.parse(call.connectedAt ?? call.startedAt)

export const length = (call: Call): TemplateResult | typeof nothing =>
  isLive(call) ? html`<span class="num" data-since=${sinceMs(call)}></span>` : nothing
