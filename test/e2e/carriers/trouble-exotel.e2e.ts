import { exotel } from '../../kit/carriers/exotel.ts'
import { trouble } from '../../kit/carriers/trouble.ts'

trouble(exotel)
