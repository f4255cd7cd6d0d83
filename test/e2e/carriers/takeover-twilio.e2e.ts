import { takeover } from '../../kit/carriers/takeover.ts'
import { twilio } from '../../kit/carriers/twilio.ts'

takeover(twilio)
