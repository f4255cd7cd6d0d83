import type { Wire } from '../far-end.test-kit.ts'

/** Gemini's REST stream as a server writes it (PROTOCOLS 5.3). */
interface Part {
  text?: string
  functionCall?: { name: string; args: object; id?: string }
  functionResponse?: object
  thoughtSignature?: string
}
interface Content {
  role: string
  parts: Part[]
}

const data = (value: object) => `data: ${JSON.stringify(value)}\r\n\r\n`
const chunk = (parts: Part[], finishReason?: string) =>
  data({
    candidates: [{ content: { role: 'model', parts }, index: 0, ...(finishReason ? { finishReason } : {}) }],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1 },
  })

export function createGeminiWire(): Wire {
  return {
    read(body) {
      const system = (body.systemInstruction as Content).parts.map((part) => part.text).join('')
      const declared = (body.tools ?? []) as { functionDeclarations: { name: string; parametersJsonSchema?: object }[] }[]
      return {
        system,
        messages: (body.contents as Content[]).map(({ role, parts }) => {
          if (parts.some((part) => part.functionResponse)) return { role: 'tools', text: JSON.stringify(parts) }
          const text = parts.map((part) => part.text ?? JSON.stringify(part.functionCall)).join('')
          return { role: role === 'model' ? 'agent' : 'visitor', text }
        }),
        tools: declared.flatMap(({ functionDeclarations }) => functionDeclarations.map(({ name }) => name)),
      }
    },
    say: (text) => chunk([{ text }]),
    use: ({ id, name, arguments: args }) => chunk([{ functionCall: { name, args, ...(id ? { id } : {}) }, thoughtSignature: 'c2lnbmVk' }]),
    stop: (reason) =>
      data({
        candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, finishReason: reason ?? 'STOP', index: 0 }],
        usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
      }),
  }
}
