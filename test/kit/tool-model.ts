import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An OpenAI-compatible server whose model first uses one tool, then says what the tool told it. */
export async function startToolModel(tool: { name: string; arguments: object }): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(async (request, response) => {
    const { messages } = JSON.parse((await request.toArray()).join('')) as { messages: { role: string; content: string }[] }
    const last = messages.at(-1)
    const uses = {
      tool_calls: [{ index: 0, id: 'u1', type: 'function', function: { ...tool, arguments: JSON.stringify(tool.arguments) } }],
    }
    const [delta, reason] = last?.role === 'tool' ? [{ content: last.content }, 'stop'] : [uses, 'tool_calls']
    const chunk = (delta: object, finish_reason: string | null) =>
      `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(`${chunk(delta, null)}${chunk({}, reason)}data: [DONE]\n\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
