import type { ToolSpec } from '../../agents/persona.ts'

/** What a language model is asked, in words that fit every vendor. */
export interface ChatRequest {
  system: string
  /** Begins with the visitor; visitor and agent take turns, and tool results follow their uses at once. */
  messages: readonly ChatMessage[]
  tools: readonly ToolSpec[]
}

export type ChatMessage =
  | { role: 'visitor'; text: string }
  /** Text may be empty when tools are used. */
  | { role: 'agent'; text: string; uses: readonly ToolUse[] }
  | { role: 'tools'; results: readonly ToolResult[] }

export interface ToolUse {
  /** The vendor's. */
  id: string
  name: string
  arguments: Record<string, unknown>
  /** Gemini wants it back with the use. */
  signature?: string
}

export interface ToolResult {
  id: string
  name: string
  result: unknown
}

export type ChatPiece =
  | { type: 'text'; text: string }
  | { type: 'use'; use: ToolUse }
  | { type: 'usage'; inputTokens: number; outputTokens: number; model: string }

/** One vendor's streaming call. */
export interface ChatModel {
  /**
   * Yields pieces as they come and returns only when the answer is known to be complete. Throws EngineFailure, or anything
   * `failureOf` understands. Ends the connection when the signal aborts or the caller stops reading.
   */
  stream(request: ChatRequest, signal: AbortSignal): AsyncIterable<ChatPiece>
}
