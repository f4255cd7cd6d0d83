import type { Subject } from './subject.ts'
import { twilio } from './twilio.ts'

/** Twilio hears and speaks, and brings words. */
export const conversationRelay: Subject = {
  ...twilio,
  title: 'Twilio, ConversationRelay',
  phone: { carrier: 'twilio', media: 'conversation-relay' },
  lacks: {
    waves: 'it brings words, and speaks them with a voice of its own',
    marks: 'it brings no sound, so there are none',
  },
}
