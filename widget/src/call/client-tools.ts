import type { Inside } from '../element/inside.ts'

export interface ToolUse {
  id: string
  name: string
  arguments: Record<string, unknown>
}

/**
 * Lets the page answer a tool of the agent: a listener that cancels `va-tool-call` answers by `respond`, else the function of that
 * name in `clientTools`. The agent always gets one answer, `{error}` when there is none.
 */
export async function answerTool(inside: Inside, use: ToolUse, send: (result: unknown) => void): Promise<void> {
  let answered = false
  const respond = (result: unknown) => {
    if (answered) return
    answered = true
    send(result ?? null)
  }
  const detail = { id: use.id, name: use.name, arguments: use.arguments, respond }
  if (!inside.emit('va-tool-call', detail, { cancelable: true })) return
  const tools = inside.element.clientTools
  const tool = tools && Object.hasOwn(tools, use.name) ? tools[use.name] : undefined
  if (!tool) return respond({ error: 'This page has no such tool.' })
  try {
    respond(await tool(use.arguments))
  } catch (error) {
    respond({ error: error instanceof Error ? error.message : String(error) })
  }
}
