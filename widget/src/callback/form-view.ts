import type { TemplateResult } from 'lit'
import type { Inside } from '../element/inside.ts'
import type { PanelView } from '../panel/view.ts'
import type { CallbackRoom } from './callback-room.ts'
import { shownTime } from './callback-view.ts'
import { html, nothing } from './lit.ts'
import { defineNumberField, type NumberField } from './number-field.ts'
import { wordsOf } from './refusal.ts'
import type { Captcha } from './turnstile.ts'
import type { CallbackKey } from './words.ts'

/** A phone that is to ring later rings not before, and not after. */
const SOONEST_MS = 5 * 60_000
const LATEST_MS = 7 * 24 * 60 * 60_000
const SUGGESTED_MS = 60 * 60_000
const STEP_MS = 5 * 60_000

defineNumberField()

/** What the form remembers between renderings. */
export interface FormMemory {
  later: boolean
  /** What is wrong with the time that was chosen. */
  whenWrong: string
  captcha: Captcha | undefined
  /** Another function whenever there are other words. */
  say: Inside['say']
}

/** Number, name, when, and what will happen: one button. */
export function formView(room: CallbackRoom, view: PanelView, memory: FormMemory): TemplateResult {
  const { phase, door } = room
  const { inside } = door
  const say = (key: CallbackKey, values?: Record<string, string | number>) => view.say(key, values)
  const { agent } = door.memory
  const asking = phase.is === 'asking'
  const waitS = Math.ceil(room.waitMs / 1000)
  const toggle = () => {
    Object.assign(memory, { later: !memory.later, whenWrong: '' })
    inside.update()
  }
  return html`<form class="callform" part="callback-form" novalidate autocomplete="on" @submit=${(event: SubmitEvent) => submit(event, room, memory)}>
    <h3>${say('callme.title')}</h3>
    <voice-agent-number
      part="number"
      name="number"
      ?inert=${asking}
      required
      countries=${agent?.callbackCountries.join(' ') ?? ''}
      language=${view.language}
      .say=${memory.say}
      .value=${room.number}
      .refused=${phase.is === 'form' && phase.refused?.code === 'invalid_phone_number' ? phase.refused.detail || wordsOf(room.door.inside, phase.refused.code) : ''}
    ></voice-agent-number>
    <label class="field"
      ><span>${say('callme.name')} <small>${say('callme.optional')}</small></span
      ><input part="callback-name" name="name" type="text" autocomplete="name" maxlength="120" .value=${room.name} ?disabled=${asking}
    /></label>
    ${
      memory.later
        ? html`<label class="field"
              ><span>${say('callme.when')}</span
              ><input
                part="callback-time"
                name="when"
                type="datetime-local"
                step=${STEP_MS / 1000}
                min=${local(SOONEST_MS)}
                max=${local(LATEST_MS)}
                value=${local(SUGGESTED_MS)}
                aria-describedby="when-wrong"
                aria-invalid=${memory.whenWrong ? 'true' : nothing}
                ?disabled=${asking}
            /></label>
            <p class="wrong" id="when-wrong" role="alert">${memory.whenWrong}</p>`
        : nothing
    }
    ${agent?.captcha ? html`<slot name="va-captcha" part="callback-captcha"></slot>` : nothing} ${refusal(room, say)}
    <div class="ask">
      <p class="quiet">${say(memory.later ? 'callme.consentLater' : 'callme.consent')}${terms(room, view)}</p>
      <button class="primary" part="callback-ask" ?disabled=${asking || waitS > 0}>
        ${asking ? say('callme.asking') : waitS > 0 ? say('callme.rest', { seconds: waitS }) : say(memory.later ? 'callme.book' : 'callme.now')}
      </button>
      <button class="plain" part="callback-later" type="button" aria-expanded=${memory.later} ?disabled=${asking} @click=${toggle}>
        ${say(memory.later ? 'callme.sooner' : 'callme.later')}
      </button>
    </div>
  </form>`
}

function terms(room: CallbackRoom, view: PanelView): TemplateResult | typeof nothing {
  const terms = room.door.memory.agent?.terms
  if (!terms) return nothing
  const summary = view.say('callme.terms')
  return html`<details part="callback-terms">
    <summary>${summary}</summary>
    <span dir="auto">${terms.text}</span>
    ${
      terms.url && /^https?:/.test(terms.url)
        ? html` <a href=${terms.url} target="_blank" rel="noopener noreferrer">${view.say('consent.more')}</a>`
        : nothing
    }
  </details>`
}

/** Why not, and what to do instead: in our words, then in the relay's. What is wrong with the number stands beside the number. */
function refusal(room: CallbackRoom, say: (key: CallbackKey) => string): TemplateResult {
  const refused = room.phase.is === 'form' ? room.phase.refused : undefined
  const shown = refused && refused.code !== 'invalid_phone_number'
  return html`<div role="alert">
    ${
      shown
        ? html`<p class="refused" part="callback-refused"><b>${wordsOf(room.door.inside, refused.code)}</b>${refused.detail ? html` <span dir="auto">${refused.detail}</span>` : nothing}</p>`
        : room.still
          ? html`<p class="refused">${say('callme.still')}</p>`
          : nothing
    }
  </div>`
}

function submit(event: SubmitEvent, room: CallbackRoom, memory: FormMemory): void {
  event.preventDefault()
  const form = event.target as HTMLFormElement
  const field = form.querySelector<NumberField>('voice-agent-number')
  if (!field?.reportValidity()) return
  const { door } = room
  const when = form.querySelector<HTMLInputElement>('[name=when]')
  memory.whenWrong = ''
  if (when && !(when.value && when.validity.valid)) {
    const time = (ms: number) => shownTime(new Date(Date.now() + ms), door.inside.language())
    memory.whenWrong = door.inside.say('callme.whenWrong', { from: time(SOONEST_MS), to: time(LATEST_MS) })
    door.inside.update()
    when.focus()
    return
  }
  const terms = door.memory.agent?.terms
  if (terms && !door.desk.agreed.given(terms.version)) door.desk.agreed.answer(terms.version, true)
  const name = form.querySelector<HTMLInputElement>('[name=name]')?.value.trim()
  const captchaToken = memory.captcha?.token
  void room
    .ask(field.value, {
      ...(name && { name }),
      ...(when && { scheduleAt: new Date(when.value) }),
      ...(captchaToken && { captchaToken }),
    })
    .then(() => captchaToken && memory.captcha?.renew())
}

/** A moment from now as `datetime-local` writes it: the visitor's own clock, in steps. */
function local(inMs: number): string {
  const at = new Date(Math.ceil((Date.now() + inMs) / STEP_MS) * STEP_MS)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
