import { isIP } from 'node:net'
import { z } from 'zod'
import { INBOUND_ANSWERS } from '../agents/house-number.ts'
import type { KeptNumber } from '../agents/kept-number.ts'
import { configField, credentialsIn, shownOf } from '../agents/number-config.ts'
import type { Abilities, Carrier } from '../carriers/carrier.ts'
import { UNABLE } from '../carriers/unable.ts'
import { configSchema } from './number-config-schema.ts'

/** Bodies and answers of the numbers API. */

/** Checked by its carrier's own schema afterwards; null takes a field away. Objects may come as JSON text too. */
const Config = z.record(z.string().max(64), z.union([z.string().max(4096), z.record(z.string(), z.unknown()), z.null()]))

const fields = {
  displayName: z
    .string()
    .trim()
    .min(1)
    .max(120)
    .regex(/^\P{C}*$/u, 'must not hold control characters')
    .optional(),
  /** Who answers; null or empty: the organisation's most recent agent. */
  linkedAgentId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{0,64}$/, 'must be the id of an agent')
    .nullable()
    .optional(),
  status: z.enum(['active', 'inactive']).optional(),
  isActive: z.boolean().optional(),
  /** How an incoming call is answered: by what the carrier asks (`auto`), or always the one way. */
  inboundAnswer: z.enum(INBOUND_ANSWERS).optional(),
  /** Addresses or networks that its webhooks may come from; empty: any. */
  allowedIps: z.array(z.string().refine(isNetwork, 'must be an address or a network such as 203.0.113.0/24')).max(100).optional(),
}
const phoneNumber = z.string().min(1).max(64)

const ability = z.boolean()
const AbilitiesView = z.object({
  places: ability,
  receives: ability,
  streams: ability,
  bridges: ability,
  bridgesAtOnce: ability.optional(),
  playsRecording: ability,
  sendsDigits: ability,
  hearsDigits: ability,
  transfers: ability,
  hangsUp: ability,
  records: ability,
  detectsMachines: ability,
  needsPolling: ability,
  signs: ability,
} satisfies Record<keyof Abilities, z.ZodType>)

/** Bodies and answers as these carriers make them: their names, and a field for what each one's numbers are set up with. */
export function numberShapes(carriers: readonly Carrier[]) {
  const provider = z.enum(carriers.map(({ name }) => name))
  const configs = (field: (carrier: Carrier) => z.ZodType) =>
    Object.fromEntries<z.ZodType>(carriers.map((carrier) => [configField(carrier.name), field(carrier)]))
  const given = configs((carrier) => Config.meta({ ...configSchema(carrier) }).optional())
  /** Over which carriers its calls go when its own clearly rings nobody, in order; an agent’s `phone.carriers` goes before. */
  const inOrder = { carriers: z.array(provider).max(8).optional() }
  return {
    CreateNumber: z.object({ ...fields, ...inOrder, ...given, phoneNumber, provider }),
    UpdateNumber: z.object({ ...fields, ...inOrder, ...given, phoneNumber: phoneNumber.optional(), provider: provider.optional() }),
    NumberView: z.object({
      id: z.string(),
      phoneNumber: z.string(),
      displayName: z.string(),
      provider,
      linkedAgentId: z.string().nullable(),
      /** Complete, secrets included: to be pasted at the carrier as they are. */
      webhookUrl: z.string(),
      websocketUrl: z.string().optional(),
      statusUrl: z.string(),
      status: z.enum(['active', 'inactive']),
      isActive: z.boolean(),
      inboundAnswer: z.enum(INBOUND_ANSWERS),
      allowedIps: z.array(z.string()),
      carriers: z.array(z.string()),
      /** Of the carrier's; all false while this relay cannot call over it. */
      abilities: AbilitiesView,
      /** Names of the credentials that are stored; they are never told. */
      credentialsSet: z.array(z.string()),
      ...configs(() => z.record(z.string(), z.unknown()).optional()),
      /** Set up by variables: only its agent can be changed here. */
      fromEnvironment: z.boolean(),
      createdAt: z.iso.datetime().nullable(),
      updatedAt: z.iso.datetime().nullable(),
    }),
  }
}
type Shapes = ReturnType<typeof numberShapes>
export type NumberChanges = z.infer<Shapes['UpdateNumber']>

/** `base`: where this relay is reached, http(s); `addresses`: the carrier's own. */
export function numberView(
  number: KeptNumber,
  o: { base: string; carrier: Carrier | undefined; addresses: Readonly<Record<string, string>> },
): z.infer<Shapes['NumberView']> {
  const { id, provider, secret } = number
  const config = number.config as Record<string, unknown>
  return {
    id,
    phoneNumber: number.phoneNumber,
    displayName: number.displayName,
    provider,
    linkedAgentId: number.agentId ?? null,
    webhookUrl: `${o.base}/api/telephony/webhook/${id}/${secret}`,
    statusUrl: `${o.base}/api/telephony/status/${id}/${secret}`,
    ...o.addresses,
    status: number.active ? 'active' : 'inactive',
    isActive: number.active,
    inboundAnswer: number.inboundAnswer,
    allowedIps: [...number.allowedAddresses],
    carriers: [...(number.carriers ?? [])],
    abilities: { ...UNABLE, ...o.carrier?.abilities },
    credentialsSet: o.carrier ? credentialsIn(o.carrier, config) : [],
    ...(o.carrier ? { [configField(provider)]: shownOf(o.carrier, config) } : {}),
    fromEnvironment: number.fromEnvironment,
    createdAt: number.createdAt?.toISOString() ?? null,
    updatedAt: number.updatedAt?.toISOString() ?? null,
  }
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address) as 0 | 4 | 6]
  return bits > 0 && rest.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
}
