import { z } from 'zod'
import type { Prompt } from '../responder.ts'

/** Body of `generateContent` (PROTOCOLS 5.3). Unknown names are refused, as the real service does. */

const Part = z
  .strictObject({
    text: z.string().optional(),
    inlineData: z.strictObject({ mimeType: z.string(), data: z.string() }).optional(),
    functionCall: z
      .strictObject({ id: z.string().optional(), name: z.string().min(1), args: z.record(z.string(), z.unknown()).optional() })
      .optional(),
    functionResponse: z
      .strictObject({ id: z.string().optional(), name: z.string().min(1), response: z.record(z.string(), z.unknown()) })
      .optional(),
    thought: z.boolean().optional(),
    thoughtSignature: z.string().optional(),
  })
  .refine(
    (part) => [part.text, part.inlineData, part.functionCall, part.functionResponse].filter((each) => each !== undefined).length === 1,
    {
      message: 'part must have one initialized field',
    },
  )
type Part = z.infer<typeof Part>

const Content = z.strictObject({ role: z.enum(['user', 'model']).optional(), parts: z.array(Part).min(1, 'parts must not be empty') })

const Declaration = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$/, 'Invalid function name.'),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    parametersJsonSchema: z.record(z.string(), z.unknown()).optional(),
    response: z.unknown().optional(),
    responseJsonSchema: z.unknown().optional(),
    behavior: z.string().optional(),
  })
  .refine((each) => !(each.parameters && '$schema' in each.parameters), {
    message: 'Unknown name "$schema" at parameters: Cannot find field.',
  })

export const GenerateContent = z.strictObject({
  model: z.string().optional(),
  contents: z.array(Content).min(1, 'contents is not specified'),
  systemInstruction: z.strictObject({ role: z.string().optional(), parts: z.array(Part) }).optional(),
  tools: z.array(z.looseObject({ functionDeclarations: z.array(Declaration).optional() })).optional(),
  toolConfig: z.looseObject({}).optional(),
  generationConfig: z.looseObject({ temperature: z.number().optional(), maxOutputTokens: z.int().positive().optional() }).optional(),
  safetySettings: z.array(z.unknown()).optional(),
})
export type GenerateContent = z.infer<typeof GenerateContent>

/** Rules about the order of calls and responses; the message of the first that is broken. Signatures are wanted from Gemini 3 on. */
export function brokenRule(body: GenerateContent, signatures: boolean): string | undefined {
  const lastPerson = body.contents.findLastIndex(
    (content) => content.role !== 'model' && content.parts.some((part) => part.text !== undefined),
  )
  for (const [at, content] of body.contents.entries()) {
    const calls = content.parts.filter((part) => part.functionCall)
    const answers = content.parts.filter((part) => part.functionResponse)
    const before = body.contents[at - 1]?.parts.filter((part) => part.functionCall) ?? []
    if (calls.length && content.role !== 'model') return 'Please use a valid role: function calls come from the model.'
    if (answers.length && content.role === 'model') return 'Please use a valid role: function responses come from the user.'
    if (answers.length !== before.length) {
      return 'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.'
    }
    const strange = answers.find((part) => !before.some((call) => answersTo(part, call)))
    if (strange) return `Function response ${strange.functionResponse?.name} answers no function call of the turn before it.`
    if (signatures && at > lastPerson && calls[0] && !calls[0].thoughtSignature) {
      return `Function call is missing a thought_signature in functionCall parts. Function call \`${calls[0].functionCall?.name}\`, position ${at + 1}.`
    }
  }
  const open = body.contents.at(-1)?.parts.some((part) => part.functionCall)
  return open ? 'Please ensure that function call turn is followed by a function response turn.' : undefined
}

function answersTo(answer: Part, call: Part): boolean {
  const { functionResponse: given } = answer
  const { functionCall: asked } = call
  return given?.name === asked?.name && (given?.id === undefined || asked?.id === undefined || given.id === asked.id)
}

export function promptOf(body: GenerateContent): Prompt {
  const text = (parts: Part[]) => parts.map((part) => part.text ?? '').join('')
  const last = body.contents.at(-1)?.parts ?? []
  return {
    system: text(body.systemInstruction?.parts ?? []),
    turns: body.contents
      .map((content) => ({ who: content.role === 'model' ? ('model' as const) : ('person' as const), text: text(content.parts) }))
      .filter((turn) => turn.text),
    tools: (body.tools ?? []).flatMap((tool) => (tool.functionDeclarations ?? []).map((each) => each.name)),
    results: last.flatMap(({ functionResponse: given }) => (given ? [{ name: given.name, result: given.response }] : [])),
  }
}
