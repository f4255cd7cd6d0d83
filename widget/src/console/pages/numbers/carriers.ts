/** What is to be done at each carrier, in its own words; addresses are the number's. */

export type UrlName = 'webhookUrl' | 'statusUrl' | 'websocketUrl'
interface Step {
  text: string
  url?: UrlName
  /** Beside the address when it is copied. */
  label?: string
}
export interface CarrierWords {
  name: string
  about: string
  steps: readonly Step[]
}

const CARRIERS: Readonly<Record<string, CarrierWords>> = {
  twilio: {
    name: 'Twilio',
    about: 'Worldwide. Sound passes this relay, or Twilio hears and speaks itself.',
    steps: [
      { text: 'In Twilio’s console: Phone Numbers, Manage, Active numbers, your number, Voice configuration. Configure with: Webhook.' },
      { text: 'A call comes in: Webhook, HTTP POST, this address.', url: 'webhookUrl', label: 'A call comes in' },
      { text: 'Call status changes: HTTP POST, this address. Save.', url: 'statusUrl', label: 'Call status changes' },
      { text: 'For calls that go out: Voice, Settings, Geo permissions. Tick the countries that may be rung.' },
    ],
  },
  exotel: {
    name: 'Exotel',
    about: 'India, Singapore and more. Sound passes this relay.',
    steps: [
      {
        text: 'In Exotel: App Bazaar, Create. Drag Voicebot to the top; its URL is this address.',
        url: 'webhookUrl',
        label: 'Voicebot URL',
      },
      { text: 'Where your account takes sockets directly, use this one instead.', url: 'websocketUrl', label: 'Socket URL' },
      { text: 'Behind it Passthru with the first address, so that the relay learns how the call came off.' },
      { text: 'Behind that Hangup: the caller is not left on the line. Save.' },
      { text: 'Under ExoPhones give the app to your number.' },
    ],
  },
  optima: {
    name: 'Optima',
    about: 'Indonesia and more. The relay connects to Optima, nothing is pasted there.',
    steps: [
      { text: 'Ask Optima which version your account speaks, and set it above.' },
      { text: 'Ask Optima to let in your server’s address, if it admits listed ones only.' },
    ],
  },
  jiocx: {
    name: 'JioCX',
    about: 'India. Joins two phones; an agent answers at a number of yours that brings sound.',
    steps: [
      { text: 'Register the company and its sender on a DLT portal, and put credit on the account.' },
      { text: 'If your account can post how a call stands, this is where.', url: 'statusUrl', label: 'Status address' },
    ],
  },
}

/** Also for a carrier that nobody wrote words for. */
export const carrierWords = (provider: string): CarrierWords => CARRIERS[provider] ?? { name: provider, about: '', steps: [] }
