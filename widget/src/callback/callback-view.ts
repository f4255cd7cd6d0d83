import type { TemplateResult } from 'lit'
import type { PanelView } from '../panel/view.ts'
import type { Phase } from './callback-door.ts'
import type { CallbackRoom } from './callback-room.ts'
import { countriesOf, shown, splitNumber } from './countries.ts'
import type { FormMemory, formView } from './form-view.ts'
import { html, nothing } from './lit.ts'
import type { CallbackKey } from './words.ts'

const STEPS = [
  ['initiated', 'dialing'],
  ['connecting', 'ringing'],
  ['connected', 'connected'],
] as const

/** What stands in the panel while a phone is asked for, rings, is talked on, and after. */
export function callbackScene(room: CallbackRoom, view: PanelView, memory: FormMemory, form: typeof formView | undefined): TemplateResult {
  const { phase } = room
  return html`<div class="callme ${phase.is}" part="callback">
    ${
      phase.is === 'live'
        ? live(room, view, phase)
        : phase.is === 'over'
          ? over(room, view, phase)
          : phase.is === 'booked'
            ? booked(room, view, phase.at)
            : html`${form?.(room, view, memory) ?? view.orb()}${ways(room, view)}`
    }
  </div>`
}

function live(room: CallbackRoom, view: PanelView, phase: Extract<Phase, { is: 'live' }>): TemplateResult {
  const now = STEPS.findIndex(([status]) => status === phase.status)
  const state = STEPS[now]?.[1] ?? 'dialing'
  const hangUp = view.say(state === 'connected' ? 'callme.hangUp' : 'callme.cancel')
  return html`${view.orb()}
    <div class="words">
      <h3 dir="ltr">${written(room)}</h3>
      <p class="quiet" role="status">${view.say(`callme.${state}`)}</p>
    </div>
    <ol class="steps" part="callback-steps" aria-label=${view.say('callme.steps')}>
      ${STEPS.map(
        ([, name], at) =>
          html`<li class=${at < now ? 'done' : at === now ? 'now' : ''} part="callback-step" aria-current=${at === now ? 'step' : nothing}>
            <i></i>${view.say(`status.${name}`)}
          </li>`,
      )}
    </ol>
    <p class="timer" part="timer" role="timer" aria-live="off">${phase.since ? view.clock(performance.now() - phase.since) : nothing}</p>
    <div role="alert">${room.still ? html`<p class="refused">${view.say('callme.still')}</p>` : nothing}</div>
    <button class="primary danger" part="callback-end" ?disabled=${phase.ending} @click=${() => void room.cancel()}>${hangUp}</button>`
}

function over(room: CallbackRoom, view: PanelView, { reason, durationMs }: Extract<Phase, { is: 'over' }>): TemplateResult {
  const waitS = Math.ceil(room.waitMs / 1000)
  const again = () => {
    const captcha = room.door.memory.agent?.captcha
    if (captcha) room.again()
    else void room.ask(room.number, { ...(room.name && { name: room.name }) })
  }
  return html`${view.orb()}
    <div class="words" part="callback-over" role="status">
      <p>
        ${view.say(`callme.${reason}` as CallbackKey)}${
          durationMs >= 1000 ? html` <span class="quiet">${view.say('ended.lasted', { time: view.clock(durationMs) })}</span>` : nothing
        }
      </p>
    </div>
    <div class="choice">
      ${
        room.number === ''
          ? nothing
          : html`<button class="primary" part="callback-again" ?disabled=${waitS > 0} @click=${again}>
              ${waitS > 0 ? view.say('callme.rest', { seconds: waitS }) : view.say('callme.again')}
            </button>`
      }
      <button class="secondary" part="callback-other" @click=${() => room.other()}>${view.say('callme.other')}</button>
    </div>
    ${ways(room, view)}`
}

function booked(room: CallbackRoom, view: PanelView, at: string): TemplateResult {
  const time = shownTime(new Date(at), view.language)
  return html`${view.orb()}
    <div class="words" role="status">
      <h3>${view.say('callme.booked')}</h3>
      <p class="quiet">${view.say('callme.bookedFor', { number: `\u2066${written(room)}\u2069`, time })}</p>
    </div>
    <div role="alert">${room.still ? html`<p class="refused">${view.say('callme.still')}</p>` : nothing}</div>
    <button class="secondary" part="callback-end" @click=${() => void room.cancel()}>${view.say('callme.cancel')}</button>
    ${ways(room, view)}`
}

/** What else there is to do: nobody is left standing before a phone that cannot ring. */
function ways(room: CallbackRoom, view: PanelView): TemplateResult | typeof nothing {
  const { inside, desk, phone } = room.door
  const way = (part: string, key: CallbackKey, act: (event: Event) => unknown) =>
    html`<button class="plain" part=${part} @click=${act}>${view.say(key)}</button>`
  const talk = ({ timeStamp }: Event) => desk.start({ sound: inside.openSound, clickedAt: timeStamp })
  if (!phone.modes.talk) return nothing
  return html`<div class="ways">
    ${desk.talking ? way('callback-back', 'callme.back', () => room.leave()) : nothing}
    ${desk.talking || view.textCall ? nothing : way('callback-talk', 'callme.talk', talk)}
    ${desk.talking ? nothing : way('callback-write', 'callme.write', () => room.leave())}
  </div>`
}

/** While the line to the page is bad: the phone may be better. */
export function badLine(view: PanelView): TemplateResult {
  return html`<div class="notice" part="notice">
    <p role="alert">${view.say('callme.badLine')}</p>
    <button class="secondary" part="call-me" @click=${view.do.callMe}>${view.say('callme.open')}</button>
  </div>`
}

/** A number as people of its country write it; of one that was asked for before the page was loaded anew, how it ends. */
function written({ number, tail }: CallbackRoom): string {
  return number === '' ? `•••• ${tail}` : shown(number, splitNumber(number, countriesOf([], 'en'), '')?.country)
}

/** A moment in the visitor's words. */
export function shownTime(at: Date, language: string): string {
  const how = { weekday: 'long', day: 'numeric', month: 'long', hour: 'numeric', minute: '2-digit' } as const
  try {
    return at.toLocaleString(language, how)
  } catch {
    return at.toLocaleString(undefined, how)
  }
}
