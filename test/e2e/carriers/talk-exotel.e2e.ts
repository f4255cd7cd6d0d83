import { exotel } from '../../kit/carriers/exotel.ts'
import { talk } from '../../kit/carriers/talk.ts'

talk(exotel)
