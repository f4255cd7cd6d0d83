import type { Field, GroupField } from '../../forms/field.ts'
import { configName } from './phone-number.ts'

/** What is asked of a number at this carrier. `stored`: credentials that are set and may be left alone. */
export function numberFields(
  body: GroupField,
  o: { provider: string; agents: readonly string[]; stored?: readonly string[]; only?: readonly string[] },
): GroupField {
  const config = configName(o.provider)
  const wanted = o.only ?? ['phoneNumber', 'displayName', 'linkedAgentId', config, 'status', 'inboundAnswer', 'allowedIps', 'carriers']
  const fields = wanted.flatMap((name): [string, Field][] => {
    const field = body.fields[name]
    if (!field) return []
    if (name === 'linkedAgentId') return [[name, { is: 'choice', options: o.agents, required: false }]]
    return [[name, name === config && field.is === 'group' ? configOf(field, o.stored ?? []) : field]]
  })
  return { is: 'group', required: true, fields: Object.fromEntries(fields) }
}

/** A stored credential is never shown; written anew it is replaced. */
function configOf(group: GroupField, stored: readonly string[]): GroupField {
  const fields = Object.entries(group.fields).map(([name, field]): [string, Field] => {
    const isStored = field.is === 'text' && field.secret && stored.includes(name)
    return [name, isStored ? { ...field, required: false, hint: 'Stored. Write here to replace it.' } : field]
  })
  // Always asked for: a number without its account rings nobody.
  return { ...group, required: true, fields: Object.fromEntries(fields) }
}
