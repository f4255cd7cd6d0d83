import type { TemplateResult } from 'lit'
import type { Inside } from '../element/inside.ts'
import type { PanelView } from '../panel/view.ts'
import type { CallbackDesk, CallbackDoor } from './callback-door.ts'
import { CallbackRoom } from './callback-room.ts'
import { callbackStyles } from './callback-styles.ts'
import { badLine, callbackScene } from './callback-view.ts'
import type { FormMemory, formView } from './form-view.ts'
import { receiveLit } from './lit.ts'
import { callbackEn } from './words.ts'

export type { CallbackDesk }
export interface Callback {
  readonly room: CallbackRoom
  scene(view: PanelView): TemplateResult
  /** What the visitor should know while talking in the page. */
  notices(view: PanelView): TemplateResult | undefined
}

/** How long a line may be bad before the phone is offered instead. */
const BAD_LINE_MS = 4_000

let sheet: CSSStyleSheet | undefined

/** The door of "call me": brings its words, looks and the number's field. */
export async function openCallback(
  inside: Inside,
  memory: CallbackDoor['memory'],
  desk: CallbackDesk,
  phone: CallbackDoor['phone'],
): Promise<Callback> {
  const { addStrings, language, update, element } = inside
  receiveLit(inside.lit)
  addStrings('en', callbackEn)
  if (!sheet) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(callbackStyles)
  }
  inside.adopt(sheet)
  const room = new CallbackRoom({ inside, memory, desk, phone })
  let badSince = 0
  const form: FormMemory = { later: false, whenWrong: '', captcha: undefined, say: inside.say }
  let hindi: Promise<void> | undefined
  let asked = false

  /** Hindi words follow the language, whenever that changes. English stands in meanwhile. */
  const bringWords = () => {
    if (!/^hi\b/i.test(language())) return undefined
    hindi ??= import('./words-hi.ts').then(
      ({ callbackHi }) => {
        addStrings('hi', callbackHi)
        form.say = (key) => inside.say(key)
        update()
      },
      () => {
        hindi = undefined
      },
    )
    return hindi
  }
  const bringCaptcha = () => {
    const captcha = memory.agent?.captcha
    if (!captcha || asked) return
    asked = true
    import('./turnstile.ts')
      .then(({ openCaptcha }) =>
        openCaptcha(element, { siteKey: captcha.siteKey, theme: element.theme ?? 'auto', language: language(), changed: update }),
      )
      .then(
        (opened) => {
          form.captcha = opened
        },
        () => {
          // The relay says what is missing; the next form tries again.
          asked = false
        },
      )
  }
  let asks: typeof formView | undefined
  let bringing = false
  /** A page that asks by itself needs no form. */
  const bringForm = () => {
    if (bringing) return
    bringing = true
    void import('./form-view.ts').then(
      ({ formView }) => {
        asks = formView
        update()
      },
      () => {
        bringing = false
        phone.shown = false
        desk.fail('load_failed')
      },
    )
  }
  await bringWords()
  room.resume()
  return {
    room,
    scene: (view) => {
      void bringWords()
      if (room.phase.is === 'form') {
        bringForm()
        bringCaptcha()
      }
      return callbackScene(room, view, form, asks)
    },
    notices: (view) => {
      if (element.state !== 'reconnecting') badSince = 0
      else badSince ||= performance.now()
      return badSince && performance.now() - badSince > BAD_LINE_MS ? badLine(view) : undefined
    },
  }
}
