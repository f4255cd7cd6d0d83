import type { BuiltInTool, ToolSpec } from '../../agents/tool-spec.ts'
import type { FeedWriter } from '../feed.ts'

type Note = (type: string, payload: Record<string, unknown>) => void

const spec = (name: BuiltInTool, description: string, parameters: Record<string, unknown>): ToolSpec => ({
  name,
  description,
  parameters: { type: 'object', ...parameters },
  kind: 'built-in',
  timeoutMs: 1000,
})
const text = (description: string, maxLength: number) => ({ type: 'string', description, minLength: 1, maxLength })

/** How the call's own tools are told to a model. */
export const BUILT_IN_SPECS: Record<BuiltInTool, ToolSpec> = {
  end_call: spec('end_call', 'Say goodbye in your answer, then end the call. Use it only when the visitor is finished.', {
    properties: {},
  }),
  ask_for_human: spec(
    'ask_for_human',
    'Ask for a human colleague when the visitor wants one or you cannot help. The result says whether anybody is there: tell the visitor so.',
    { properties: { reason: text('Why, in one sentence.', 500) }, required: ['reason'] },
  ),
  take_message: spec('take_message', 'Take a message for the people you work for. Ask the visitor for what is missing; make nothing up.', {
    properties: {
      name: text('The visitor’s name, if they gave it.', 200),
      contact: text('Where they can be reached: a phone number or e-mail address, as they said it.', 200),
      message: text('The message, in the visitor’s words.', 4000),
    },
    required: ['contact', 'message'],
  }),
}

const NOBODY = { ok: false, message: 'Nobody is watching calls now. Say so plainly, and offer to take a message.' }
const TOLD = {
  ok: true,
  message: 'The people who watch calls were told. Say that somebody may join, and stay with the visitor until then.',
}

/** What the call's own tools do. */
export function createBuiltIns(o: {
  feed: Pick<FeedWriter, 'tell'>
  note: Note
  onEndCall: () => void
  /** Whether anybody watches calls now who may step in. Never rejects. */
  anybodyWatches: () => Promise<boolean>
}): Record<BuiltInTool, (values: Record<string, unknown>) => unknown> {
  return {
    end_call() {
      o.onEndCall()
      return { ok: true }
    },
    async ask_for_human({ reason }) {
      o.note('human.requested', { reason })
      o.feed.tell({ type: 'human-requested', reason: String(reason) })
      return (await o.anybodyWatches()) ? TOLD : NOBODY
    },
    take_message({ name, contact, message }) {
      o.note('message.taken', { ...(name === undefined ? {} : { name }), contact, message })
      return { ok: true }
    },
  }
}
