import { talk } from '../../kit/carriers/talk.ts'
import { twilio } from '../../kit/carriers/twilio.ts'

talk(twilio)
