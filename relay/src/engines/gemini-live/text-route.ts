/** How text reaches the model in the middle of a session: older generations take it as content, newer ones only as realtime input (PROTOCOLS 5.5). */
export type TextRoute = 'client-content' | 'realtime'

/** Live models from 3.1 on take `clientContent` as initial history only. */
export function textRouteOf(model: string, setting: TextRoute | 'auto'): TextRoute {
  if (setting !== 'auto') return setting
  const [, major = '9', minor = '0'] = /gemini-(\d+)(?:\.(\d+))?/.exec(model) ?? []
  return Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 1) ? 'realtime' : 'client-content'
}

/** A text that the model is to answer. */
export function question(route: TextRoute, text: string): string {
  return JSON.stringify(
    route === 'realtime'
      ? { realtimeInput: { text } }
      : { clientContent: { turns: [{ role: 'user', parts: [{ text }] }], turnComplete: true } },
  )
}

/** Something that it should know and not answer. On the realtime route only while the visitor's own turn is open: else it would be a turn of its own. */
export function remark(route: TextRoute, text: string): string {
  return JSON.stringify(
    route === 'realtime'
      ? { realtimeInput: { text } }
      : { clientContent: { turns: [{ role: 'user', parts: [{ text }] }], turnComplete: false } },
  )
}
