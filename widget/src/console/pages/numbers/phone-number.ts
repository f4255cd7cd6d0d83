/** A number as the relay shows it: complete addresses, no credentials. */
export interface PhoneNumber {
  id: string
  phoneNumber: string
  displayName: string
  provider: string
  linkedAgentId: string | null
  webhookUrl: string
  websocketUrl?: string
  statusUrl: string
  status: 'active' | 'inactive'
  inboundAnswer: string
  allowedIps: string[]
  carriers: string[]
  abilities: Readonly<Record<string, boolean>>
  credentialsSet: string[]
  fromEnvironment: boolean
  [config: `${string}Config`]: unknown
}

export const configName = (provider: string): `${string}Config` => `${provider}Config`

/** What its form changes. */
export function documentOf(number: PhoneNumber): Record<string, unknown> {
  const { allowedIps, carriers, displayName, inboundAnswer, linkedAgentId, phoneNumber, provider, status } = number
  const config = configName(provider)
  return {
    ...{ phoneNumber, displayName, status, inboundAnswer, allowedIps, carriers, [config]: number[config] ?? {} },
    ...(linkedAgentId === null ? {} : { linkedAgentId }),
  }
}
