import { conversationRelay } from '../../kit/carriers/conversation-relay.ts'
import { trouble } from '../../kit/carriers/trouble.ts'

trouble(conversationRelay)
