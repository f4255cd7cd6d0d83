import type { Persona } from '../../../agents/persona.ts'
import type { RelaySettings } from '../../conversation-relay-settings.ts'
import { relayTwiml } from '../twiml.ts'
import type { RelayDialect } from './dialect.ts'

type Attributes = Readonly<Record<string, string | number | boolean>>

/** Whether the carrier is to say the greeting of itself, which is heard sooner; where an owner does not want that, the words go over the socket. */
export const greetsItself = (settings: readonly RelaySettings[]) => settings.every(({ attributes }) => attributes.welcomeGreeting !== false)

/**
 * The carrier hears and speaks, and our socket gets words. Later settings go before earlier ones.
 * @param greeting said by the carrier of itself when the session begins
 * @param language BCP 47
 */
export function sessionTwiml(o: {
  dialect: RelayDialect
  url: string
  action: string
  turns: Pick<Persona['turns'], 'interruptible'>
  language: string
  settings: readonly RelaySettings[]
  greeting?: string | undefined
  parameters: Readonly<Record<string, string>>
}): string {
  const { dialect, settings } = o
  const given: Attributes = Object.assign({}, ...settings.map(({ attributes }) => attributes))
  const { welcomeGreeting: _, ...wished } = given
  const events = [...dialect.events, ...String(given.events ?? '').split(/\s+/)].filter((word) => word !== '')
  const attributes: Attributes = {
    language: withRegion(o.language),
    dtmfDetection: true,
    ...(dialect.preempts ? { preemptible: true } : {}),
    ...(o.turns.interruptible ? { interruptible: 'any' } : UNINTERRUPTED),
    ...(o.greeting ? { welcomeGreeting: o.greeting } : {}),
    ...wished,
    ...(events.length > 0 ? { events: [...new Set(events)].join(' ') } : {}),
  }
  return relayTwiml({
    noun: dialect.noun,
    url: o.url,
    action: o.action,
    attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [dialect.spelling[name] ?? name, value])),
    languages: [...new Map(settings.flatMap(({ languages }) => languages).map((language) => [language.code, language])).values()],
    parameters: { ...Object.assign({}, ...settings.map(({ parameters }) => parameters)), ...o.parameters },
  })
}

/** Keys reach the agent all the same. */
const UNINTERRUPTED: Attributes = { interruptible: 'none', welcomeGreetingInterruptible: 'none', reportInputDuringAgentSpeech: 'dtmf' }

/** Carriers know languages by country: `en` is `en-US`, `hi` is `hi-IN`. */
export function withRegion(language: string): string {
  try {
    const { language: base, region } = new Intl.Locale(language).maximize()
    return region ? `${base}-${region}` : language
  } catch {
    return language
  }
}
