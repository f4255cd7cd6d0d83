import type { WordTable } from '../../forms/words.ts'

const STORED_AS = { label: 'API address', hint: 'Only where your account lives elsewhere.' }
const FORMAT = { label: 'How numbers are written' }

export const NUMBER_WORDS: WordTable = {
  phoneNumber: { label: 'Number', hint: 'With its country code: +12025550123.' },
  displayName: { label: 'Name', hint: 'For you: Support line.' },
  linkedAgentId: { label: 'Who answers', hint: 'Not set: the agent that was changed last.' },
  status: { label: 'Status', options: { active: 'Active', inactive: 'Inactive: it rings nobody' } },
  inboundAnswer: {
    label: 'How an incoming call is answered',
    options: { auto: 'As the carrier asks', xml: 'Always as XML', url: 'Always with an address', passthru: 'Only noted' },
  },
  allowedIps: {
    label: 'Networks its webhooks may come from',
    hint: 'Such as 203.0.113.0/24. Empty: any; the secret in the address is the proof.',
  },
  carriers: { label: 'Carriers when its own rings nobody', hint: 'In order, by name.' },
  twilioConfig: { label: 'Twilio account' },
  'twilioConfig.accountSid': { label: 'Account SID', hint: 'AC and 32 letters or digits.' },
  'twilioConfig.authToken': { label: 'Auth token', hint: 'Also proves that requests come from Twilio.' },
  'twilioConfig.apiKeySid': { label: 'API key SID', hint: 'For calls in the page.' },
  'twilioConfig.apiKeySecret': { label: 'API key secret' },
  'twilioConfig.twimlAppSid': { label: 'TwiML app SID', hint: 'For calls in the page.' },
  'twilioConfig.apiBaseUrl': STORED_AS,
  'twilioConfig.media': {
    label: 'How sound comes',
    options: { 'media-streams': 'Media Streams: through this relay', 'conversation-relay': 'ConversationRelay: Twilio hears and speaks' },
  },
  exotelConfig: { label: 'Exotel account' },
  'exotelConfig.apiKey': { label: 'API key' },
  'exotelConfig.apiToken': { label: 'API token' },
  'exotelConfig.sid': { label: 'Account SID', hint: 'The account’s name.' },
  'exotelConfig.appId': { label: 'App id', hint: 'The flow that calls run through.' },
  'exotelConfig.domain': { label: 'API host', hint: 'Unset: the region’s own.' },
  'exotelConfig.region': { label: 'Region', options: { in: 'India', us: 'USA', sg: 'Singapore', ae: 'UAE' } },
  'exotelConfig.mode': {
    label: 'How calls go out',
    options: { stream: 'Sound comes straight here', flow: 'Through your flow', numbers: 'Two phones are joined' },
  },
  'exotelConfig.callerIdFormat': FORMAT,
  optimaConfig: { label: 'Optima account' },
  'optimaConfig.token': { label: 'Token' },
  'optimaConfig.version': { label: 'Version' },
  'optimaConfig.apiBaseUrl': STORED_AS,
  'optimaConfig.numberFormat': FORMAT,
  jiocxConfig: { label: 'JioCX account' },
  'jiocxConfig.organizationName': { label: 'Organisation' },
  'jiocxConfig.username': { label: 'User' },
  'jiocxConfig.password': { label: 'Password' },
  'jiocxConfig.apiKey': { label: 'API key' },
  'jiocxConfig.senderId': { label: 'Sender id' },
  'jiocxConfig.dltEntityId': { label: 'DLT entity id', hint: '19 digits.' },
  'jiocxConfig.apiBaseUrl': STORED_AS,
  'jiocxConfig.numberFormat': FORMAT,
}
