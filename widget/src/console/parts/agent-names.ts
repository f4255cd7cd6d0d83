import type { Api } from '../api.ts'

/** What agents are called, by id. Asked once, and again when an id is new. */
export interface AgentNames {
  of(id: string): string
  readonly all: ReadonlyMap<string, string>
  /** Calls back whenever names came. */
  load(): Promise<void>
}

const known = new WeakMap<Api, AgentNames>()

export function agentNames(api: Api): AgentNames {
  const names = known.get(api) ?? createNames(api)
  known.set(api, names)
  return names
}

function createNames(api: Api): AgentNames {
  let all = new Map<string, string>()
  let asked: Promise<void> | undefined
  const read = async () => {
    const found = new Map<string, string>()
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: { agents: { id: string; name: string }[]; nextCursor?: string | null } = await api.get('/api/agents', {
        query: { limit: 100, cursor: cursor ?? undefined },
      })
      for (const { id, name } of page.agents) found.set(id, name)
      cursor = page.nextCursor ?? null
    }
    all = found
  }
  return {
    of: (id) => all.get(id) ?? id,
    get all() {
      return all
    },
    // Names are an amenity: a list without them still shows ids.
    load: () =>
      (asked ??= read()
        .catch(() => undefined)
        .finally(() => {
          asked = undefined
        })),
  }
}
