import type { Hono } from 'hono'
import { z } from 'zod'
import { callFaults } from '../carriers/call-faults.ts'
import type { SandboxEnv } from '../world.ts'
import type { Conference, Participant } from './conference.ts'
import { notFound, serverError, wrong } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { fieldsOf, flag, subscriptionIn } from './place-request.ts'
import { conferenceResource, listResource, participantResource } from './resources.ts'
import type { Handled, Request } from './rest-job.ts'

const E164 = /^\+[1-9]\d{6,14}$/
const ofParticipant = {
  Muted: flag,
  Hold: flag,
  Coaching: flag,
  CallSidToCoach: z.string().optional(),
  EndConferenceOnExit: flag,
}
const NewParticipant = z.object({
  ...ofParticipant,
  From: z.string().regex(E164),
  To: z.string().regex(E164),
  Label: z.string().min(1).max(128).optional(),
  Timeout: z.coerce.number().int().min(5).max(600).default(60),
  StartConferenceOnEnter: flag.default(true),
})
const Change = z.object(ofParticipant).partial()

/** Conferences over REST, as far as PROTOCOLS 1.10 tells them. */
export function conferenceRest(app: Hono<SandboxEnv>, account: string, exchange: Exchange, handled: Handled): void {
  const { conferences } = exchange
  const { faults } = exchange.world
  const room = (c: Request): Conference => {
    const found = conferences.find((c.req.param('sid') ?? '').replace(/\.json$/, ''))
    if (!found) throw notFound(c.req.path)
    return found
  }
  const who = (c: Request): [Conference, Participant] => {
    const conference = room(c)
    const found = conference.find(decodeURIComponent((c.req.param('who') ?? '').replace(/\.json$/, '')))
    if (!found) throw notFound(c.req.path)
    return [conference, found]
  }

  app.get(
    `${account}/Conferences.json`,
    handled((c) => {
      const name = c.req.query('FriendlyName')
      const status = c.req.query('Status')
      const found = conferences.all.filter(
        (each) => (name === undefined || each.name === name) && (status === undefined || each.status === status),
      )
      return c.json(listResource('conferences', c.req.path, found.map(conferenceResource)))
    }),
  )
  app.get(
    `${account}/Conferences/:sid{CF[0-9a-f]+\\.json}`,
    handled((c) => c.json(conferenceResource(room(c)))),
  )
  app.post(
    `${account}/Conferences/:sid{CF[0-9a-f]+\\.json}`,
    handled((c, { form }) => {
      const conference = room(c)
      if (form.get('Status') !== 'completed') throw wrong(20_001, 'Status: completed is all that can be asked of a conference')
      conference.end('conference-ended-via-api')
      return c.json(conferenceResource(conference))
    }),
  )
  app.get(
    `${account}/Conferences/:sid/Participants.json`,
    handled((c) => {
      const conference = room(c)
      return c.json(
        listResource(
          'participants',
          c.req.path,
          conference.participants.map((each) => participantResource(conference, each)),
        ),
      )
    }),
  )
  app.post(
    `${account}/Conferences/:sid/Participants.json`,
    handled((c, { form, received }) => {
      const conference = room(c)
      if (conference.status === 'completed') throw notFound(c.req.path)
      const order = readForm(NewParticipant, form)
      const fault = faults.next('twilio', order.To, ({ kind }) => kind === 'place-500' || kind === 'place-then-500')
      if (fault) received.fault = fault.kind
      if (fault?.kind === 'place-500') throw serverError(fault.status)
      const leg = exchange.place({
        direction: 'outbound-api',
        from: order.From,
        to: order.To,
        instructions: { twiml: joining(conference.name, order) },
        subscription: subscriptionIn(form),
        timeoutMs: order.Timeout * 1000,
        faults: callFaults(faults, 'twilio', order.To),
      })
      exchange.pass(leg, 'relay', 'POST /Participants.json', Object.fromEntries(form))
      if (fault?.kind === 'place-then-500') throw serverError(fault.status)
      return c.json(participantResource(conference, { leg, label: order.Label }), 201)
    }),
  )
  app.get(
    `${account}/Conferences/:sid/Participants/:who`,
    handled((c) => c.json(participantResource(...who(c)))),
  )
  app.post(
    `${account}/Conferences/:sid/Participants/:who`,
    handled((c, { form }) => {
      const [conference, participant] = who(c)
      const change = readForm(Change, form)
      const { Muted: muted, Hold: hold, EndConferenceOnExit: endsIt } = change
      conference.change(participant, {
        ...(form.has('Muted') && muted !== undefined && { muted }),
        ...(form.has('Hold') && hold !== undefined && { hold }),
        ...(form.has('EndConferenceOnExit') && endsIt !== undefined && { endsIt }),
        ...(form.has('Coaching') && { coaches: change.Coaching ? change.CallSidToCoach : undefined }),
      })
      return c.json(participantResource(conference, participant))
    }),
  )
}

/** What the phone is told once it is answered. */
function joining(name: string, o: z.infer<typeof NewParticipant>): string {
  const attributes = {
    beep: 'false',
    muted: String(o.Muted),
    startConferenceOnEnter: String(o.StartConferenceOnEnter),
    endConferenceOnExit: String(o.EndConferenceOnExit),
    ...(o.Label !== undefined && { participantLabel: o.Label }),
    ...(o.Coaching && o.CallSidToCoach !== undefined && { coach: o.CallSidToCoach }),
  }
  const written = Object.entries(attributes).map(([attribute, value]) => ` ${attribute}="${escaped(value)}"`)
  return `<Response><Dial><Conference${written.join('')}>${escaped(name)}</Conference></Dial></Response>`
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

function readForm<S extends z.ZodObject>(schema: S, form: URLSearchParams): z.infer<S> {
  const parsed = schema.safeParse(fieldsOf(form))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw wrong(20_001, `${issue?.path.join('.')}: ${issue?.message}`)
}
