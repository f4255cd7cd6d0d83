import { setTimeout as wait } from 'node:timers/promises'
import type { Leg, Parts } from './leg.ts'
import type { MachineOrder } from './order.ts'

/** Listens for a while and tells who answered, as the phone's script has it; an asynchronous verdict goes to its own address. */
export async function detectMachine(leg: Leg, parts: Parts, order: MachineOrder, truth: string): Promise<string> {
  const begun = performance.now()
  await wait(parts.settings().machineMs, undefined, { signal: leg.over })
  const answeredBy = inMode(truth, order.mode)
  if (order.async?.url !== undefined) {
    const { AccountSid = '' } = leg.fields()
    const duration = String(Math.round(performance.now() - begun))
    const params = { CallSid: leg.sid, AccountSid, AnsweredBy: answeredBy, MachineDetectionDuration: duration }
    await parts.webhooks.send({ purpose: 'machine', callSid: leg.sid, url: order.async.url, method: order.async.method, params })
  }
  return answeredBy
}

/** A machine's beginning or its end is told, by what was asked. */
function inMode(truth: string, mode: MachineOrder['mode']): string {
  if (!truth.startsWith('machine')) return truth
  if (mode === 'Enable') return 'machine_start'
  return truth === 'machine_start' ? 'machine_end_beep' : truth
}
