import { trouble } from '../../kit/carriers/trouble.ts'
import { twilio } from '../../kit/carriers/twilio.ts'

trouble(twilio)
