import type { NumberField } from '../callback/number-field.ts'
import type { VoiceAgentElement } from '../element/voice-agent-element.ts'
import { hasPart, mount, part, until } from './element-kit.test-kit.ts'

/** Calls of other tests do not count here. */
export const newNumber = (): string => `+1202${Math.floor(2_000_000 + Math.random() * 7_000_000)}`

/** The form that asks for a call, open on the page. */
export async function callForm(agent: string, o: Parameters<typeof mount>[1] = {}): Promise<VoiceAgentElement> {
  const el = await mount(agent, o)
  await el.open()
  if (agent === 'both') {
    await until(() => hasPart(el, 'call-me'))
    part(el, 'call-me').click()
  }
  await until(() => hasPart(el, 'callback-form'))
  return el
}

export const numberField = (el: VoiceAgentElement): NumberField => el.shadowRoot?.querySelector('voice-agent-number') as NumberField

/** Types the number in and asks for the call. */
export function askFor(el: VoiceAgentElement, number: string): void {
  numberField(el).value = number
  part(el, 'callback-ask').click()
}

/** The relay was asked, and took it. */
export async function dialing(agent = 'phone', number: string = newNumber()): Promise<VoiceAgentElement> {
  const el = await callForm(agent)
  askFor(el, number)
  await until(() => el.state === 'dialing')
  return el
}
