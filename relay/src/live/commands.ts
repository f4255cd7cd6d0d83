import type { LiveCalls } from '../calls/live-calls.ts'
import type { CallRow } from '../protocol/index.ts'
import { PROBLEMS, Problem, type ProblemCode } from '../protocol/problem.ts'
import type { FreshView } from './fresh-view.ts'
import type { Holder, Peers } from './peers.ts'

/** Who asks: for the log here, and for the relay that holds the call to ask again whether they may. */
export interface Asker {
  organisationId: string
  actor: string
  token: string
  address: string
}

/** What an operator has a live call do without a request of its own. */
export type Command = { type: 'pause-ai' } | { type: 'resume-ai' }

export interface Commands {
  /**
   * Does it here when the call is here, else at the relay that holds it, once; resolves with the call as it stands then.
   * @throws Problem conflict when there is no agent to do it to, or the call's relay is gone; provider_unavailable when that cannot be asked
   */
  run(callId: string, command: Command, asker: Asker): Promise<CallRow>
}

const NOBODY = 'No agent talks on this call.'

export function createCommands(o: {
  calls: Pick<LiveCalls, 'get'>
  view: FreshView
  /** The other relays, where there are any. */
  relays?:
    | {
        holding: Peers['holding']
        ask(holder: Holder, request: { method: 'POST' | 'DELETE'; path: string; bearer: string; address: string }): Promise<Response>
      }
    | undefined
}): Commands {
  return {
    async run(callId, command, asker) {
      const { organisationId } = asker
      const live = o.calls.get(callId)
      if (live?.organisationId === organisationId) {
        if (live.kind === 'bridge') throw new Problem('conflict', NOBODY)
        if (live.heldBy) throw new Problem('conflict', `${live.heldBy.name} speaks with the visitor in the agent’s place.`)
        live.holdBack(command.type === 'pause-ai', asker.actor)
        return fresh(organisationId, callId)
      }
      const holder = await o.relays?.holding(callId)
      if (!o.relays || holder?.organisationId !== organisationId) throw new Problem('conflict', NOBODY)
      const method = command.type === 'pause-ai' ? 'POST' : 'DELETE'
      const { address, token } = asker
      const answer = await o.relays.ask(holder, { method, path: `/api/calls/${callId}/pause-ai`, bearer: token, address })
      const said = (await answer.json()) as { call?: CallRow; code?: string; detail?: string }
      if (answer.ok && said.call) return said.call
      throw new Problem(codeOf(said.code), said.detail ?? 'The relay that holds this call could not do it.')
    },
  }

  async function fresh(organisationId: string, callId: string): Promise<CallRow> {
    const call = await o.view(organisationId, callId)
    if (!call) throw new Problem('not_found', 'There is no live call with this id.')
    return call
  }
}

const codeOf = (code = ''): ProblemCode => (code in PROBLEMS ? (code as ProblemCode) : 'internal')
