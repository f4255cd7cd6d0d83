/** Calls whose words go over a session just now, by Twilio's name for them: what is done to such a call goes through its session. */
export interface LiveSession {
  /** Behind what is being said. False when it cannot. */
  sendDigits(digits: string): boolean
  /** The session ends once what is being said was heard, and the call goes on with the TwiML that is asked for then. False when it cannot. */
  handOff(next: () => string): boolean
}

const sessions = new Map<string, LiveSession>()

export const sessionOf = (callSid: string): LiveSession | undefined => sessions.get(callSid)

/** The returned function lets go of it. */
export function keepSession(callSid: string, session: LiveSession): () => void {
  sessions.set(callSid, session)
  return () => {
    if (sessions.get(callSid) === session) sessions.delete(callSid)
  }
}
