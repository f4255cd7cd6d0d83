import type { FakeCall } from './fake-call.ts'

const ANSWER =
  'The Fernleaf armchair is in stock in green and in oat. Delivery takes three to five days and costs nothing above fifty euros, and you can send it back within thirty days.'

/** Greets, answers everything, stops when interrupted, hangs up when asked: enough of an agent to look at the widget with. */
export function enliven(call: FakeCall, greeting: string): void {
  const voice = call.request.modality !== 'text'
  let speaking: { utterance: string; entry: string; text: string; ms: number } | undefined
  let entries = 0
  const nextEntry = () => {
    entries += 1
    return `e${entries}`
  }

  const say = (text: string) => {
    const utterance = call.newUtterance()
    const entry = nextEntry()
    if (!voice) {
      call.entry({ id: entry, role: 'agent', text, final: true })
      call.send({ type: 'state', state: 'listening' })
      return
    }
    const ms = text.length * 55
    speaking = { utterance, entry, text, ms }
    call.send({ type: 'state', state: 'speaking' })
    call.send({ type: 'mark', utterance, name: 'start' })
    call.entry({ id: entry, role: 'agent', text, final: false })
    call.audio({ ms, hz: 220, amplitude: 0.25 })
    call.send({ type: 'mark', utterance, name: 'end' })
  }

  const done = (heardMs?: number) => {
    if (!speaking) return
    const { entry, text, ms } = speaking
    speaking = undefined
    const cut = heardMs !== undefined && heardMs < ms
    const heard = cut ? text.slice(0, Math.round((text.length * heardMs) / ms)) : text
    call.entry({ id: entry, role: 'agent', text: heard, final: true, ...(cut && { interrupted: true }) })
    call.send({ type: 'state', state: 'listening' })
  }

  let then = () => {}
  const cut = (next: () => void) => {
    if (!speaking) return next()
    then = next
    call.send({ type: 'clear', utterance: speaking.utterance })
  }

  call.onMessage = (message) => {
    switch (message.type) {
      case 'mark':
        if (message.name === 'end' && message.utterance === speaking?.utterance) done()
        return
      case 'played':
        if (message.utterance === speaking?.utterance) done(message.ms)
        then()
        then = () => {}
        return
      case 'interrupt':
        return cut(() => {})
      case 'text':
        return cut(() => {
          call.entry({ id: nextEntry(), role: 'visitor', text: message.text, final: true })
          call.send({ type: 'state', state: 'thinking' })
          say(ANSWER)
        })
      case 'dtmf':
        return cut(() => {
          call.entry({ id: nextEntry(), role: 'visitor', text: message.digits, final: true })
          say('We are open from nine to six.')
        })
      case 'hangup':
        return cut(() => call.end('visitor'))
    }
  }
  call.send({ type: 'status', status: 'connected' })
  say(greeting)
}
