import type { CallRow, Entry } from '@voice-agent/relay/protocol'

export type Call = CallRow

/** Words of one call's transcript, as the rooms tell them. */
export type TranscriptUpdate = Entry & { callId: string; seq: number }

export const isLive = ({ status }: Pick<Call, 'status'>): boolean => status !== 'completed' && status !== 'failed'
