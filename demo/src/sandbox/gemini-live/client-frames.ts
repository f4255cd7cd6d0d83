import { z } from 'zod'
import { invalid } from './refusal.ts'

/** What a client may send (PROTOCOLS 5.4). Unknown names are refused, as the real service does. */

/** Protobuf's 64-bit numbers travel as strings; a plain number is read too. */
const Int64 = z.union([z.string().regex(/^\d+$/), z.int().min(0)])
const Empty = z.strictObject({})
const Blob = z.strictObject({ data: z.base64(), mimeType: z.string() })

const Part = z.strictObject({ text: z.string().optional(), inlineData: Blob.optional(), thought: z.boolean().optional() })
const Content = z.strictObject({ role: z.string().optional(), parts: z.array(Part).default([]) })
export type Content = z.infer<typeof Content>

const Declaration = z.strictObject({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$/, 'Invalid function name.'),
  description: z.string().optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
  parametersJsonSchema: z.unknown().optional(),
  response: z.unknown().optional(),
  responseJsonSchema: z.unknown().optional(),
  behavior: z.enum(['BLOCKING', 'NON_BLOCKING', 'UNSPECIFIED']).optional(),
})

const Detection = z.strictObject({
  disabled: z.boolean().optional(),
  startOfSpeechSensitivity: z.enum(['START_SENSITIVITY_UNSPECIFIED', 'START_SENSITIVITY_HIGH', 'START_SENSITIVITY_LOW']).optional(),
  endOfSpeechSensitivity: z.enum(['END_SENSITIVITY_UNSPECIFIED', 'END_SENSITIVITY_HIGH', 'END_SENSITIVITY_LOW']).optional(),
  prefixPaddingMs: z.int().min(0).optional(),
  silenceDurationMs: z.int().min(0).optional(),
})
export type Detection = z.infer<typeof Detection>

const Setup = z.strictObject({
  model: z.string(),
  generationConfig: z
    .looseObject({
      responseModalities: z.array(z.enum(['AUDIO', 'TEXT'])).optional(),
      temperature: z.number().optional(),
      speechConfig: z
        .looseObject({
          voiceConfig: z.looseObject({ prebuiltVoiceConfig: z.looseObject({ voiceName: z.string().optional() }).optional() }).optional(),
          languageCode: z.string().optional(),
        })
        .optional(),
    })
    .optional(),
  systemInstruction: Content.optional(),
  tools: z.array(z.looseObject({ functionDeclarations: z.array(Declaration).optional() })).optional(),
  sessionResumption: z.strictObject({ handle: z.string().optional(), transparent: z.boolean().optional() }).optional(),
  inputAudioTranscription: z.looseObject({}).optional(),
  outputAudioTranscription: z.looseObject({}).optional(),
  realtimeInputConfig: z
    .strictObject({
      automaticActivityDetection: Detection.optional(),
      activityHandling: z.enum(['ACTIVITY_HANDLING_UNSPECIFIED', 'START_OF_ACTIVITY_INTERRUPTS', 'NO_INTERRUPTION']).optional(),
      turnCoverage: z.string().optional(),
    })
    .optional(),
  contextWindowCompression: z
    .strictObject({ triggerTokens: Int64.optional(), slidingWindow: z.strictObject({ targetTokens: Int64.optional() }).optional() })
    .optional(),
  proactivity: z.looseObject({}).optional(),
  historyConfig: z.strictObject({ initialHistoryInClientContent: z.boolean().optional() }).optional(),
  explicitVadSignal: z.boolean().optional(),
  safetySettings: z.array(z.unknown()).optional(),
  labels: z.record(z.string(), z.string()).optional(),
})
export type Setup = z.infer<typeof Setup>

const RealtimeInput = z.strictObject({
  audio: Blob.optional(),
  video: Blob.optional(),
  text: z.string().optional(),
  mediaChunks: z.array(Blob).optional(),
  audioStreamEnd: z.boolean().optional(),
  activityStart: Empty.optional(),
  activityEnd: Empty.optional(),
})
export type RealtimeInput = z.infer<typeof RealtimeInput>

const ClientContent = z.strictObject({ turns: z.array(Content).default([]), turnComplete: z.boolean().optional() })
export type ClientContent = z.infer<typeof ClientContent>

const ToolResponse = z.strictObject({
  functionResponses: z.array(
    z.strictObject({
      id: z.string().optional(),
      name: z.string().optional(),
      response: z.record(z.string(), z.unknown()).optional(),
      scheduling: z.string().optional(),
      willContinue: z.boolean().optional(),
    }),
  ),
})
export type ToolResponse = z.infer<typeof ToolResponse>

/** One message of a client: exactly one of its kinds. */
const ClientFrame = z
  .strictObject({
    setup: Setup.optional(),
    realtimeInput: RealtimeInput.optional(),
    clientContent: ClientContent.optional(),
    toolResponse: ToolResponse.optional(),
  })
  .refine((frame) => Object.values(frame).filter((each) => each !== undefined).length === 1, {
    message: 'message_type must have exactly one initialized field',
  })
export type ClientFrame = z.infer<typeof ClientFrame>

/** The text of a content's parts. */
export const textOf = (content: Content | undefined): string => (content?.parts ?? []).map((part) => part.text ?? '').join('')

/** @throws Refusal for what is no message of a client */
export function readFrame(data: Buffer): ClientFrame {
  let json: unknown
  try {
    json = JSON.parse(data.toString())
  } catch {
    throw invalid('Invalid JSON payload received. Unexpected token.')
  }
  const frame = ClientFrame.safeParse(json)
  if (frame.success) return frame.data
  const [issue] = frame.error.issues
  throw invalid(`Invalid JSON payload received. ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`)
}
