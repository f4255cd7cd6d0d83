import { sendMouse } from '@web/test-runner-commands'
import '../voice-agent.ts'
import type { VoiceAgentEventDetails, VoiceAgentEventName } from '../element/events.ts'
import type { VoiceAgentElement } from '../element/voice-agent-element.ts'
import { relayUrl } from './fake-relay-client.test-kit.ts'

/** Puts an element on the page; the fake relay answers by the agent's first word (test-kit/fake-agents.ts). */
export async function mount(
  agent: string,
  o: { attributes?: Record<string, string>; properties?: Partial<VoiceAgentElement>; into?: Element } = {},
): Promise<VoiceAgentElement> {
  const el = document.createElement('voice-agent')
  const attributes = { 'agent-id': `${agent}-${crypto.randomUUID().slice(0, 8)}`, 'relay-url': await relayUrl, ...o.attributes }
  for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, value)
  Object.assign(el, o.properties)
  ;(o.into ?? document.body).append(el)
  await el.updateComplete
  return el
}

export const part = <E extends HTMLElement = HTMLElement>(el: VoiceAgentElement, name: string): E => {
  const found = el.shadowRoot?.querySelector<E>(`[part~="${name}"]`)
  if (!found) throw new Error(`no part ${name}`)
  return found
}
export const hasPart = (el: VoiceAgentElement, name: string): boolean => el.shadowRoot?.querySelector(`[part~="${name}"]`) != null

/** The next event of that name. */
export const next = <Name extends VoiceAgentEventName>(el: EventTarget, name: Name): Promise<VoiceAgentEventDetails[Name]> =>
  new Promise((resolve) => {
    el.addEventListener(name, (event) => resolve((event as CustomEvent<VoiceAgentEventDetails[Name]>).detail), { once: true })
  })

/** Every event of those names from now on, in order. */
export function record(el: EventTarget, names: readonly VoiceAgentEventName[]): [VoiceAgentEventName, Record<string, unknown>][] {
  const seen: [VoiceAgentEventName, Record<string, unknown>][] = []
  for (const name of names) el.addEventListener(name, (event) => seen.push([name, (event as CustomEvent).detail]))
  return seen
}

/** Looks again every 10 ms (frames stop in hidden tabs) until `probe` gives something. */
export async function until<T>(probe: () => T | undefined | false | null | Promise<T | undefined | false | null>): Promise<T> {
  for (;;) {
    const found = await probe()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Moves the real mouse and clicks, as a visitor does: browsers then let sound begin. */
export async function clickOn(target: Element): Promise<void> {
  const { left, top, width, height } = target.getBoundingClientRect()
  await sendMouse({ type: 'click', position: [Math.round(left + width / 2), Math.round(top + height / 2)] })
}

/** One click on the page itself: from then on sound may begin without one. */
export const gesture = (): Promise<void> => sendMouse({ type: 'click', position: [3, 3] })

/** Starts a call and opens the panel; throws when it does not stand. */
export async function inCall(agent: string, o: Parameters<typeof mount>[1] = {}): Promise<VoiceAgentElement> {
  const el = await mount(agent, o)
  await el.open()
  const result = await el.startCall()
  if (!result.ok) throw new Error(result.code)
  await el.updateComplete
  return el
}

/** Ends what is left of a test. */
export async function unmountAll(): Promise<void> {
  for (const el of document.querySelectorAll('voice-agent')) {
    await el.endCall()
    el.remove()
  }
}
