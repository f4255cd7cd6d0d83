import type { Engine, EngineContext, EngineInput, EngineSession } from '../../calls/ports.ts'
import { phrasesFor } from '../offline/phrases.ts'
import { ASKING, type MenuEvent, type MenuState, nextMenu } from './states.ts'

/** The tool that leads a caller on: `{digit}` → `{ok: true}`, or `{error}` when nobody could be reached. Whoever opens the call answers it. */
export const LEAD_TOOL = 'lead_caller'
export const MENU_ENGINE = 'menu'
const LEADS = 3

/** Reads the persona's keys out and leads where they say; it understands keys and nothing else. The call's greeting is the menu itself. */
export function menu(): Engine {
  return {
    name: MENU_ENGINE,
    hears: 'text',
    speaks: 'text',
    // Somebody may be rung meanwhile.
    stallMs: 120_000,
    availability: () => ({ ok: true }),
    start: async (context) => createSession(context),
  }
}

function createSession(context: EngineContext): EngineSession {
  const { keyMenu, phone } = context.persona
  const phrases = phrasesFor(context.language)
  const bounds = { digits: keyMenu.map(({ digit }) => digit), tries: phone.menu?.tries ?? 3, leads: LEADS }
  let state: MenuState = ASKING
  /** Of the caller's newest turn: what is said answers that one. */
  let utterance = ''
  let closed = false

  function step(event: MenuEvent): void {
    const { act, state: after } = nextMenu(state, event, bounds)
    state = after
    if (act.do === 'lead') return void lead(act.digit)
    if (act.do === 'read') write(`${act.because === 'no-such-key' ? phrases.noSuchKey : phrases.cannotConnect} ${phrases.menu(keyMenu)}`)
    if (act.do === 'end') {
      write(phrases.goodbye)
      context.emit({ type: 'hang-up' })
    }
    context.emit({ type: 'done', utterance })
  }

  async function lead(digit: string): Promise<void> {
    // Its own failures come as results.
    const result = await context.useTool({ id: `lead-${utterance}`, name: LEAD_TOOL, arguments: { digit } }, context.signal)
    const reached = typeof result === 'object' && result !== null && 'ok' in result && result.ok === true
    if (!closed) step({ type: reached ? 'reached' : 'not-reached' })
  }

  const write = (text: string) => context.emit({ type: 'text', utterance, text })

  return {
    take(input: EngineInput) {
      if (closed || input.type !== 'turn') return
      const key = input.by === 'keys' && /^[0-9*#]$/.test(input.text)
      utterance = input.utterance
      step(key ? { type: 'key', digit: input.text } : { type: 'no-choice' })
    },
    async close() {
      closed = true
    },
  }
}
