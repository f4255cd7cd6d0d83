import { z } from 'zod'
import { ExotelConfig } from '../carriers/exotel/config.ts'
import * as jiocx from '../carriers/jiocx/dialect.ts'
import { LOG_LEVELS } from '../logger.ts'
import {
  amount,
  connectionUrl,
  country,
  hostPattern,
  integer,
  jsonOf,
  key32,
  listOf,
  longSecret,
  oneOf,
  origin,
  ownUrl,
  phoneNumber,
  priceList,
  privateHost,
  serviceUrl,
  trustProxy,
} from './kinds.ts'

/** One variable. The table below is the one source of reading, `.env.example` and `doctor`. */
export interface Setting<T = unknown> {
  /** From trimmed, non-empty text. */
  schema: z.ZodType<T, string>
  about: string
  /** Read as if it were set, when it is not. */
  default?: string
  /** Shown in `.env.example`, commented out. */
  example?: string
  /** Its value is never shown. */
  secret?: true
  /** The part that will use it: validated already, and `doctor` says that it is not used yet. */
  later?: 'voice agents' | 'recordings'
}

const setting = <T>(schema: z.ZodType<T, string>, rest: Omit<Setting<T>, 'schema'>) => ({ schema, ...rest })
/** With a default the value is always there; the types know it. */
const preset = <T>(schema: z.ZodType<T, string>, value: string, rest: Omit<Setting<T>, 'schema' | 'default'>) => ({
  schema,
  default: value,
  ...rest,
})
const text = z.string().max(4096)
const word = z.string().regex(/^\S+$/, 'must not hold spaces')
const secret = z.string().regex(/^[\x21-\x7e]+$/, 'must not hold spaces or characters outside ASCII')

export const SETTINGS = {
  relay: {
    PORT: preset(integer(0, 65_535), '8787', { about: 'Port to listen on.' }),
    HOST: preset(word, '0.0.0.0', { about: 'Address to listen on; the demo listens on 127.0.0.1.' }),
    DATA_DIR: preset(text, './.data', { about: 'Folder for the embedded database, made secrets and recordings.' }),
    PUBLIC_URL: setting(ownUrl, {
      about: 'Where visitors reach this relay. Unset: http://localhost:PORT.',
      example: 'https://relay.example',
    }),
    NEXT_PUBLIC_APP_URL: setting(ownUrl, { about: 'Alias of PUBLIC_URL.', example: 'https://relay.example' }),
    LOG_LEVEL: preset(oneOf(LOG_LEVELS), 'info', { about: `How much to log: ${LOG_LEVELS.join(', ')}.` }),
    TRUST_PROXY: setting(trustProxy, {
      about: 'Proxies in front whose X-Forwarded-For counts: how many, or their networks. Unset: none.',
      example: '1',
    }),
    MAX_CALLS: preset(integer(1, 100_000), '1000', { about: 'Live calls this relay holds; sockets are capped at twice as many.' }),
  },
  storage: {
    DATABASE_URL: setting(connectionUrl(['postgres', 'postgresql']), {
      about: 'Postgres. Unset: an embedded database under DATA_DIR.',
      example: 'postgres://voice:secret@db.example/voice',
      secret: true,
    }),
    REDIS_URL: setting(connectionUrl(['redis', 'rediss']), {
      about: 'Only for several relays: what one of them sees shows in the consoles of all. Needs DATABASE_URL and INSTANCE_URL.',
      example: 'rediss://cache.example:6379',
      secret: true,
    }),
    INSTANCE_URL: setting(ownUrl, {
      about: 'Where this one relay of several is reached, by pages, carriers and the other relays.',
      example: 'https://relay-1.example',
    }),
    AWS_ACCESS_KEY_ID: setting(secret, { about: 'Recordings in S3. Unset: under DATA_DIR.', secret: true, later: 'recordings' }),
    AWS_SECRET_ACCESS_KEY: setting(secret, { about: 'Its secret.', secret: true, later: 'recordings' }),
    AWS_REGION: setting(word, { about: 'Its region.', example: 'ap-south-1', later: 'recordings' }),
    RECORDINGS_BUCKET: setting(z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be a bucket name'), {
      about: 'The bucket.',
      example: 'recordings',
      later: 'recordings',
    }),
    S3_ENDPOINT: setting(serviceUrl(), {
      about: 'An S3-compatible server instead of Amazon.',
      example: 'https://s3.example',
      later: 'recordings',
    }),
  },
  access: {
    AUTH_SECRET: setting(longSecret, { about: 'Signs sign-ins and tokens. Made at first start when DATABASE_URL is unset.', secret: true }),
    ENCRYPTION_KEY: setting(key32, { about: 'Wraps the key of every call. Made at first start when DATABASE_URL is unset.', secret: true }),
    ENCRYPTION_KEYS_OLD: setting(listOf(key32), { about: 'Earlier keys, separated by commas, still readable.', secret: true }),
    ADMIN_EMAIL: setting(z.email('must be an e-mail address'), {
      about: 'The first admin. Required on the first start with DATABASE_URL.',
      example: 'admin@shop.example',
    }),
    ADMIN_PASSWORD: setting(z.string().min(12, 'must be at least 12 characters').max(256), {
      about: 'Their password. Unset without DATABASE_URL: made, and written to DATA_DIR/admin-password.',
      secret: true,
    }),
    OPERATOR_AWAY_MS: preset(integer(1000, 60_000), '5000', {
      about: 'How long an operator who holds a call and whose browser is lost is waited for, before the agent goes on. Milliseconds.',
    }),
    CONSOLE_ORIGINS: setting(listOf(origin), {
      about: 'Other origins whose pages may use the operators’ API.',
      example: 'https://console.example',
    }),
    METRICS_TOKEN: setting(secret.min(16, 'must be at least 16 characters'), {
      about: 'Lets a bearer read /metrics from elsewhere. Unset: loopback only.',
      secret: true,
    }),
  },
  gemini: {
    GEMINI_API_KEY: setting(secret, { about: 'Switches the engines `gemini` and `gemini-live` on.', secret: true }),
    GEMINI_LIVE_MODEL: preset(word, 'gemini-3.8-live', { about: 'Speech-to-speech model.' }),
    GEMINI_LIVE_TEXT: preset(z.enum(['auto', 'client-content', 'realtime']), 'auto', {
      about: 'How typed text reaches the live model: `client-content` before 3.1, `realtime` from then on; `auto` goes by the name.',
    }),
    GEMINI_API_VERSION: preset(z.enum(['v1', 'v1beta', 'v1alpha']), 'v1beta', {
      about: 'Version of Google’s API, for text and live models.',
    }),
    GEMINI_MODEL: preset(word, 'gemini-3.8-flash', { about: 'Text model.' }),
    GEMINI_BASE_URL: setting(serviceUrl({ only: 'https' }), {
      about: 'Another server that speaks the same protocol.',
      example: 'https://generativelanguage.googleapis.com',
    }),
  },
  openai: {
    OPENAI_API_KEY: setting(secret, { about: 'Switches the engine `openai` on.', secret: true }),
    OPENAI_BASE_URL: setting(serviceUrl({ only: 'https' }), {
      about: 'Any OpenAI-compatible server; its own default when unset.',
      example: 'https://api.openai.com/v1',
    }),
    OPENAI_MODEL: setting(word, { about: 'Model name as that server spells it.', example: 'gpt-4.1-mini' }),
    HOMEAI_API_KEY: setting(secret, { about: 'Switches the engine `homeai` on.', secret: true }),
    HOMEAI_BASE_URL: preset(serviceUrl({ only: 'https' }), 'https://api.homeai.com/v1', { about: 'HomeAI server.' }),
    HOMEAI_MODEL: preset(word, 'gpt-4-voice', { about: 'HomeAI model.' }),
  },
  tools: {
    TOOL_PRIVATE_HOSTS: setting(listOf(privateHost), {
      about: 'Hosts, or host:port, that tools may reach although they are private; http is allowed there. Unset: none.',
      example: 'orders.internal:8080',
    }),
  },
  costs: {
    MODEL_PRICES: setting(priceList, {
      about: 'What models cost per million tokens, input/output, in your currency: a call’s cost is counted by it. Unset: tokens only.',
      example: 'gemini-3.8-live=3/12,gemini-3.8-flash=0.3/2.5',
    }),
  },
  gate: {
    CALLBACK_COUNTRIES: setting(listOf(country), {
      about: 'Countries that may be called for agents that list none. Unset: a few where calls are cheap and fraud is rare.',
      example: 'US,CA,GB',
    }),
    DAILY_SPEND_LIMIT: setting(amount, {
      about: 'What the calls of all organisations may cost in a day (UTC), in your currency. Unset: only each organisation’s own ceilings.',
      example: '500',
    }),
    CAPTCHA_SITE_KEY: setting(word, { about: 'The captcha’s public key, for the widget.' }),
    CAPTCHA_SECRET: setting(secret, {
      about: 'Visitors who ask for a call prove that they are people: the captcha’s secret key.',
      secret: true,
    }),
    CAPTCHA_URL: preset(serviceUrl({ only: 'https' }), 'https://challenges.cloudflare.com/turnstile/v0/siteverify', {
      about: 'Where their proof is checked: any service that speaks Turnstile’s siteverify.',
    }),
  },
  speech: {
    ELEVENLABS_API_KEY: setting(secret, { about: 'Speech by ElevenLabs.', secret: true, later: 'voice agents' }),
    ELEVENLABS_BASE_URL: setting(serviceUrl(), {
      about: 'Another server.',
      example: 'https://api.elevenlabs.io',
      later: 'voice agents',
    }),
    ELEVENLABS_VOICE_ID: setting(word, { about: 'Which voice.', later: 'voice agents' }),
    ELEVENLABS_MODEL: setting(word, { about: 'Which model.', example: 'eleven_flash_v2_5', later: 'voice agents' }),
    DEEPGRAM_API_KEY: setting(secret, { about: 'Recognition by Deepgram.', secret: true, later: 'voice agents' }),
    DEEPGRAM_BASE_URL: setting(serviceUrl(), {
      about: 'Another server.',
      example: 'wss://api.deepgram.com',
      later: 'voice agents',
    }),
    DEEPGRAM_MODEL: setting(word, { about: 'Which model.', example: 'nova-3', later: 'voice agents' }),
  },
  jiocx: {
    JIOCX_ORGANIZATION_NAME: setting(text, { about: 'Organisation at JioCX. With the next two and a sender, a number of the house.' }),
    JIOCX_USERNAME: setting(text, { about: 'User name.' }),
    JIOCX_PASSWORD: setting(text, { about: 'Password.', secret: true }),
    JIOCX_API_KEY: setting(secret, { about: 'API key. With JIOCX_AUTH=api-key it takes the place of the three before.', secret: true }),
    JIOCX_SENDER_ID: setting(word, { about: 'Sender: what a called phone shows.' }),
    JIOCX_PHONE_NUMBER: setting(phoneNumber, { about: 'The number behind the sender, where there is one.', example: '+911140845784' }),
    JIOCX_DLT_ENTITY_ID: setting(word, { about: 'DLT entity.' }),
    JIOCX_API_BASE_URL: preset(serviceUrl({ only: 'https' }), 'https://api.jiocx.com/v1', { about: 'Server.' }),
    JIOCX_POLL_MS: preset(integer(100, 60_000), '1000', { about: 'How often a call’s status is asked for while it changes.' }),
    JIOCX_AUTH: setting(oneOf(jiocx.AUTH_MODES), {
      about:
        'login (a token from user and password), api-key (that alone) or body (user and password in every request, status and credit by POST then). Unset: login.',
    }),
    JIOCX_NUMBER_FORMAT: setting(oneOf(jiocx.NUMBER_FORMATS), {
      about: 'e164 (+919876543210), digits (919876543210), national (9876543210) or trunk (09876543210). Unset: e164.',
    }),
    JIOCX_HEADERS: setting(jsonOf(jiocx.Headers), { about: 'More headers, as JSON.', example: '{"X-Tenant":"shop"}', secret: true }),
    JIOCX_BODY: setting(jsonOf(jiocx.Body), {
      about: 'More fields of every request with a body, the login included, as JSON.',
      example: '{"dlt_template_id":"1107"}',
      secret: true,
    }),
    JIOCX_PATHS: setting(jsonOf(jiocx.Paths), {
      about: 'Other paths, as JSON: login, call, status, hangUp, message, credit; a method may stand before.',
      example: '{"call":"/c2c","hangUp":"POST /calls/{call_id}/end"}',
    }),
    JIOCX_FIELDS: setting(jsonOf(jiocx.Fields), {
      about:
        'Other names of the fields that are sent, as JSON; an empty one is not sent. With statusUrl set, JioCX is told where to tell us; with callId set, it reads a call’s id there.',
      example: '{"statusUrl":"webhook_url","callId":"call_id"}',
    }),
    JIOCX_ANSWERS: setting(jsonOf(jiocx.Answers), {
      about: 'Where answers hold callId, status, message, token, success and credit, as JSON.',
      example: '{"callId":["data.id"]}',
    }),
    JIOCX_STATUSES: setting(jsonOf(jiocx.Statuses), {
      about: 'What other status words mean, as JSON: a status, or busy, no-answer, rejected, canceled.',
      example: '{"NOANSWER":"no-answer"}',
    }),
  },
  exotel: {
    EXOTEL_API_KEY: setting(ExotelConfig.shape.apiKey, {
      about: 'API key. With the next three, a number of the house at Exotel.',
      secret: true,
    }),
    EXOTEL_API_TOKEN: setting(ExotelConfig.shape.apiToken, { about: 'API token.', secret: true }),
    EXOTEL_SID: setting(ExotelConfig.shape.sid, { about: 'Account.' }),
    EXOTEL_CALLER_ID: setting(z.string().regex(/^(\+\d{7,15}|0\d{8,12})$/, 'must be a number such as +918022222222 or 08022222222'), {
      about: 'Your ExoPhone.',
    }),
    EXOTEL_APP_ID: setting(ExotelConfig.shape.appId.unwrap(), { about: 'Flow to run; chooses EXOTEL_MODE=flow.' }),
    EXOTEL_REGION: preset(oneOf(['in', 'us', 'sg', 'ae']), 'in', { about: 'in, us, sg or ae.' }),
    EXOTEL_DOMAIN: setting(ExotelConfig.shape.domain.unwrap(), { about: 'Another API host.' }),
    EXOTEL_API_BASE_URL: setting(serviceUrl({ without: '/v1', only: 'https' }), { about: 'Another API address, without /v1.' }),
    EXOTEL_ALLOWED_HOSTS: setting(listOf(hostPattern), { about: 'Hosts besides *.exotel.com that may get credentials.' }),
    EXOTEL_MODE: setting(oneOf(['stream', 'flow', 'numbers']), {
      about: 'stream, flow or numbers. Unset: flow when EXOTEL_APP_ID is set, else stream.',
    }),
    EXOTEL_CALLER_ID_FORMAT: setting(oneOf(['national', 'e164']), {
      about: 'How the ExoPhone is written in requests: national (08022222222) or e164. Unset: national where it is Indian.',
    }),
    EXOTEL_CALLBACK_TYPE: preset(oneOf(['json', 'multipart']), 'json', {
      about: 'How Exotel is asked to tell us: json or multipart; whatever comes is read.',
    }),
    EXOTEL_CHUNK_BYTES: preset(
      integer(320, 100_000).refine((bytes) => bytes % 320 === 0, 'must be a multiple of 320'),
      '3200',
      { about: 'Bytes a message of sound carries at least. Exotel names 3200 as the least; its own programs send less, too.' },
    ),
    EXOTEL_LEAD_MS: preset(integer(0, 5000), '100', { about: 'How far sound runs ahead of real time, beyond a message’s own length.' }),
    EXOTEL_STREAM_KEYS: preset(oneOf(['both', 'snake', 'camel']), 'both', {
      about: 'Keys of what we say on a stream: stream_sid (snake), streamSid (camel), or both. Whatever comes is read.',
    }),
    EXOTEL_SAMPLE_RATE: preset(
      oneOf(['8000', '16000', '24000']).transform((rate) => Number(rate)),
      '8000',
      { about: '8000, 16000 or 24000.' },
    ),
  },
  twilio: {
    TWILIO_ACCOUNT_SID: setting(z.string().regex(/^AC[0-9a-f]{32}$/i, 'must be AC and 32 hexadecimal digits'), {
      about: 'Account. With the next two, a number of the house: it rings, and it is answered.',
    }),
    TWILIO_AUTH_TOKEN: setting(secret, { about: 'Auth token: also proves what Twilio sends us.', secret: true }),
    TWILIO_PHONE_NUMBER: setting(phoneNumber, { about: 'Your number, E.164.', example: '+12025550123' }),
    TWILIO_API_KEY_SID: setting(z.string().regex(/^SK[0-9a-f]{32}$/i, 'must be SK and 32 hexadecimal digits'), {
      about: 'API key: asks Twilio instead of the auth token, when its secret is set too.',
    }),
    TWILIO_API_KEY_SECRET: setting(secret, { about: 'Its secret.', secret: true }),
    TWILIO_TWIML_APP_SID: setting(z.string().regex(/^AP[0-9a-f]{32}$/i, 'must be AP and 32 hexadecimal digits'), {
      about: 'TwiML app for calls in the page.',
    }),
    TWILIO_API_BASE_URL: setting(serviceUrl({ without: '/2010-04-01', only: 'https' }), {
      about: 'Another API address, without /2010-04-01.',
    }),
    TWILIO_MEDIA: preset(oneOf(['media-streams', 'conversation-relay']), 'media-streams', {
      about: 'How sound reaches us, media-streams or conversation-relay; an agent or a number may choose its own.',
    }),
  },
  optima: {
    OPTIMA_TOKEN: setting(secret, { about: 'Bearer token. Alone it sets up a number of the house at Optima.', secret: true }),
    OPTIMA_PHONE_NUMBER: setting(phoneNumber, {
      about: 'Its number, E.164: what is shown to whoever is called (from 1.0.5 on), and whose country counts as local.',
      example: '+622112345678',
    }),
    OPTIMA_VERSION: preset(oneOf(['1.0.3', '1.0.5', '1.0.5-ws']), '1.0.3', {
      about: '1.0.3, 1.0.5 or 1.0.5-ws; a number may choose its own.',
    }),
    OPTIMA_API_BASE_URL: setting(serviceUrl({ only: 'https' }), {
      about:
        'Server. Unset: https://api-call.optimaccs.com, from 1.0.5 https://voice.optimaccs.com. One of Optima’s own is not for numbers of the other version.',
    }),
    OPTIMA_MEDIA_HOSTS: preset(listOf(hostPattern), '*.optimaccs.com', {
      about: 'Hosts where a call’s own endpoint may get the token.',
    }),
    OPTIMA_NUMBER_FORMAT: preset(oneOf(['local', 'digits', 'e164']), 'local', {
      about: 'How numbers are written: local (089608675796; those of other countries as digits), digits (6289608675796) or e164.',
    }),
    OPTIMA_COUNTRY: preset(country, 'ID', { about: 'Whose numbers are local where OPTIMA_PHONE_NUMBER does not say it.' }),
    OPTIMA_AUDIO: preset(oneOf(['pcm16', 'ulaw', 'alaw']), 'pcm16', {
      about: 'What we send, and from 1.0.5 on what calls that we make bring: pcm16, ulaw or alaw.',
    }),
    OPTIMA_FRAME_MS: preset(
      oneOf(['20', '40', '80', '160']).transform((ms) => Number(ms)),
      '20',
      { about: 'Sound in one message, 20 to 160 ms.' },
    ),
    OPTIMA_CHECKPOINT: preset(oneOf(['checkPoint', 'CheckPoint']), 'checkPoint', {
      about: 'How the event is written that we send; both are read.',
    }),
    OPTIMA_INBOUND: preset(
      oneOf(['true', 'false']).transform((text) => text === 'true'),
      'true',
      { about: 'Whether calls that come in are answered: every session of the token that we did not ask for.' },
    ),
    OPTIMA_SOUND_ANSWERS: preset(
      oneOf(['true', 'false']).transform((text) => text === 'true'),
      'true',
      { about: 'Whether sound that goes on means that somebody answered, where Optima’s word of it was missed.' },
    ),
  },
} as const satisfies Record<string, Record<string, Setting>>
