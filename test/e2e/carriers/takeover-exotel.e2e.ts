import { exotel } from '../../kit/carriers/exotel.ts'
import { takeover } from '../../kit/carriers/takeover.ts'

takeover(exotel)
