import type { Asked } from '../../api.ts'

/** What a list of calls is narrowed to; days are the viewer's own. Kept in the address, so that a view can be shared. */
export interface Filter {
  from: string
  to: string
  agentId: string
  direction: string
  carrier: string
  status: string
  number: string
  words: string
  /** Short ones, too: a page opened and closed again, somebody who hung up. */
  all: boolean
}

const TEXTS = ['from', 'to', 'agentId', 'direction', 'carrier', 'status', 'number', 'words'] as const
/** A conversation has more than two messages. */
const CONVERSATION = 3

export function filterOf(query: URLSearchParams): Filter {
  const texts = Object.fromEntries(TEXTS.map((name) => [name, query.get(name) ?? ''])) as Record<(typeof TEXTS)[number], string>
  return { ...texts, all: query.get('all') === '1' }
}

/** For the address: what is narrowed, and nothing else. */
export function searchOf(filter: Filter): Record<string, string> {
  const given = TEXTS.flatMap((name): [string, string][] => (filter[name] ? [[name, filter[name]]] : []))
  return Object.fromEntries(filter.all ? [...given, ['all', '1']] : given)
}

export const isNarrowed = (filter: Filter): boolean => TEXTS.some((name) => filter[name] !== '')

/** What the relay is asked: from the first moment of the one day to the last of the other. */
export function questionOf({ all, from, to, ...rest }: Filter): NonNullable<Asked['query']> {
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, text]) => text.trim() !== '')),
    ...(isDay(from) ? { from: new Date(`${from}T00:00:00`).toISOString() } : {}),
    ...(isDay(to) ? { to: dayAfter(to).toISOString() } : {}),
    ...(all ? {} : { minMessages: CONVERSATION }),
  }
}

const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(new Date(`${text}T00:00:00`).getTime())

function dayAfter(day: string): Date {
  const date = new Date(`${day}T00:00:00`)
  // Not 24 hours: the day that summer time begins has 23.
  date.setDate(date.getDate() + 1)
  return date
}
