import { jiocx } from '../../kit/carriers/jiocx.ts'
import { trouble } from '../../kit/carriers/trouble.ts'

trouble(jiocx)
