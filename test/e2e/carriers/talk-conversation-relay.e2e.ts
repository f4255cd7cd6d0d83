import { conversationRelay } from '../../kit/carriers/conversation-relay.ts'
import { talk } from '../../kit/carriers/talk.ts'

talk(conversationRelay)
